// Every row, then single requests and batches against the clock: what `Task.serve` does in Python.

const quantile = (times, share) => {
  const sorted = Float64Array.from(times).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
};

async function timed(call, rows, shape, job) {
  const times = [];
  const end = performance.now() + job.timed_s * 1000;
  while (times.length < job.fewest || (times.length < job.most && performance.now() < end)) {
    const start = performance.now();
    await call(rows, shape);
    times.push((performance.now() - start) / 1000);
  }
  return times;
}

const types = {
  Float32Array: 'float32', Float64Array: 'float64', Int8Array: 'int8', Uint8Array: 'uint8',
  Int32Array: 'int32', BigInt64Array: 'int64', Uint16Array: 'uint16', Float16Array: 'float16',
};

/**
 * @param open from a job to {call, close}; `call` takes values and a shape and gives {data, dims}.
 * @param rows all of them, float32, `job.shape` including their number.
 * @returns what was measured, and `data`, `dtype` and `dims` of what came out.
 */
export async function serve(open, job, rows) {
  const [count, ...inner] = job.shape;
  const width = rows.length / count;
  const row = (index) => rows.slice(index * width, (index + 1) * width);
  const start = performance.now();
  const runtime = await open(job);
  const first = await runtime.call(row(0), [1, ...inner]);
  const load_s = (performance.now() - start) / 1000;
  const answers = [first.data];
  for (let index = 1; index < count; index++) {
    answers.push((await runtime.call(row(index), [1, ...inner])).data);
  }
  const times = await timed(runtime.call, row(0), [1, ...inner], job);
  let per_s = null;
  if (job.batches) {
    const many = new Float32Array(job.batch * width);
    for (let at = 0; at < job.batch; at++) many.set(row(at % count), at * width);
    const all = await timed(runtime.call, many, [job.batch, ...inner], job);
    per_s = job.batch / quantile(all, 0.5);
  }
  const length = answers.reduce((sum, each) => sum + each.length, 0);
  const data = new first.data.constructor(length);
  answers.reduce((at, each) => (data.set(each, at), at + each.length), 0);
  return {
    data,
    dtype: types[first.data.constructor.name] ?? first.data.constructor.name,
    dims: [count, ...Array.from(first.dims).slice(1)],
    said: {
      p50: quantile(times, 0.5), p90: quantile(times, 0.9), calls: times.length,
      per_s, batch: per_s === null ? null : job.batch, load_s,
      versions: runtime.versions, notes: runtime.notes ?? [],
    },
  };
}
