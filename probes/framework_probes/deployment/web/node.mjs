// In Node: node node.mjs JOB. The job's file says where the rows are and where the answers go.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from './serve.mjs';

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const require = createRequire(join(job.node_modules, 'any.js'));
const { open } = await import(`./${job.module}.mjs`);
const given = {
  ...job,
  load: async (source) => require(source.url),
  bytes: async (name) => new Uint8Array(readFileSync(join(job.folder, name))),
};
const raw = readFileSync(job.rows);
const rows = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
try {
  const { data, dtype, dims, said } = await serve(open, given, rows);
  writeFileSync(job.answers, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const peak_rss = process.resourceUsage().maxRSS * 1024;
  writeFileSync(job.reply, JSON.stringify({ dtype, dims, said: { ...said, peak_rss } }));
  process.exit(0);
} catch (error) {
  writeFileSync(job.reply, JSON.stringify({ error: String(error) }));
  process.exit(1);
}
