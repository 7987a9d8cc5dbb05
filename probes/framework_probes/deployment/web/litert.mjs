// LiteRT.js in a page, on WebAssembly with one thread.

export async function open(job) {
  const litert = await job.load(job.library);
  await litert.loadLiteRt(job.wasm, { threads: false });
  const model = await litert.loadAndCompile(await job.bytes(job.files[0]), { accelerator: 'wasm' });
  const call = async (values, shape) => {
    const given = new litert.Tensor(values, shape);
    const made = await model.run([given]);
    const told = Array.isArray(made) ? made[0] : Object.values(made)[0];
    const data = (await told.data()).slice();
    const dims = Array.from(told.type.layout.dimensions);
    given.delete();
    told.delete();
    return { data, dims };
  };
  return { call, versions: {} };
}
