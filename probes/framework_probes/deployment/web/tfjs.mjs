// A graph model of TensorFlow.js, on its backend `cpu`, `wasm` or `webgl`.

export async function open(job) {
  const tf = await job.load(job.library);
  if (job.provider === 'wasm') {
    const wasm = await job.load(job.backend);
    const settings = wasm.setWasmPaths ? wasm : tf.wasm;
    if (job.wasm) settings.setWasmPaths(job.wasm);
    settings.setThreadsCount(1);
  }
  if (!(await tf.setBackend(job.provider))) {
    throw new Error(`TensorFlow.js has no backend ${job.provider} here`);
  }
  await tf.ready();
  const model = await tf.loadGraphModel({ load: () => files(job) });
  const notes = [];
  if (job.provider === 'webgl') {
    notes.push(`WebGL ${tf.env().getNumber('WEBGL_VERSION')}, ` +
      `float32 textures: ${tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')}`);
  }
  const call = async (values, shape) => {
    const given = tf.tensor(values, shape, 'float32');
    const told = model.predict(given);
    const data = await told.data();
    const dims = told.shape;
    given.dispose();
    told.dispose();
    return { data, dims };
  };
  return { call, versions: {}, notes };
}

// The loader of its own asks for http, which Node has no file behind.
async function files(job) {
  const name = job.files.find((each) => each.endsWith('model.json'));
  const content = JSON.parse(new TextDecoder().decode(await job.bytes(name)));
  const groups = content.weightsManifest;
  const parts = [];
  for (const path of groups.flatMap((group) => group.paths)) parts.push(await job.bytes(path));
  const weightData = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
  parts.reduce((at, each) => (weightData.set(each, at), at + each.length), 0);
  return {
    modelTopology: content.modelTopology,
    format: content.format,
    signature: content.signature,
    weightSpecs: groups.flatMap((group) => group.weights),
    weightData: weightData.buffer,
  };
}
