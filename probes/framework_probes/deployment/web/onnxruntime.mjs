// ONNX Runtime: of WebAssembly or WebGPU in a page, of WebAssembly in Node, of its own library in Node.

export async function open(job) {
  const ort = await job.load(job.library);
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  if (job.provider !== 'cpu') {
    ort.env.wasm.numThreads = 1;
    if (job.wasm) ort.env.wasm.wasmPaths = job.wasm;
    options.executionProviders = [job.provider];
  }
  const session = await ort.InferenceSession.create(await job.bytes(job.files[0]), options);
  const [given] = session.inputNames;
  const [told] = session.outputNames;
  const call = async (values, shape) => {
    const made = (await session.run({ [given]: new ort.Tensor('float32', values, shape) }))[told];
    const data = await made.getData();
    return { data, dims: made.dims };
  };
  return { call, versions: {} };
}
