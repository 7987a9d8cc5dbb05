// In the page: fetch what the job names from this origin, run it, and give back what came out.

import { serve } from '/web/serve.mjs';

async function bytes(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

// A script puts a global there; a module is imported.
async function load(source) {
  if (!source.global) return import(source.url);
  await new Promise((done, failed) => {
    const script = document.createElement('script');
    script.src = source.url;
    script.onload = done;
    script.onerror = () => failed(new Error(`${source.url} did not load`));
    document.head.append(script);
  });
  return globalThis[source.global];
}

globalThis.work = async (job) => {
  const { open } = await import(`/web/${job.module}.mjs`);
  const given = { ...job, load, bytes: (name) => bytes(`/artefact/${name}`) };
  const rows = new Float32Array((await bytes('/rows')).buffer);
  const { data, dtype, dims, said } = await serve(open, given, rows);
  await fetch('/answers', { method: 'POST', body: data });
  return { dtype, dims, said: { ...said, isolated: crossOriginIsolated } };
};
