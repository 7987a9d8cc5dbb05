// Follows a run. The browser itself comes back after a break and says which event it had last.
const live = document.getElementById("live");
const id = live.dataset.run;
const at = (name) => document.getElementById(name);
const coming = at("coming");
let started = live.dataset.started ? Date.parse(live.dataset.started) : null;

const lasting = (s) => (s < 90 ? `${Math.round(s)} s` : `${Math.round(s / 60)} min`);
const seconds = (s) => {
  if (s === null) return "–";
  const [unit, name] = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]].find(([unit]) => s >= unit) ?? [1e-9, "ns"];
  return `${Number((s / unit).toPrecision(3))} ${name}`;
};
const names = { pytorch: "PyTorch", tensorflow: "TensorFlow", keras: "Keras", jax: "JAX" };

function show({ status, message, progress, at: moment }) {
  at("status").textContent = status;
  at("message").textContent = message;
  if (progress.planned) {
    at("progress").max = progress.planned;
    at("progress").value = progress.done;
    at("done").textContent = `${progress.done} of ${progress.planned} results`;
  }
  if (status === "running" && started === null) started = Date.parse(moment);
  const elapsed = (Date.parse(moment) - started) / 1000;
  at("left").textContent =
    status === "running" && progress.done
      ? `, about ${lasting((elapsed / progress.done) * (progress.planned - progress.done))} left at this pace`
      : "";
}

function add(result) {
  const row = coming.tBodies[0].insertRow(0);
  const who = names[result.framework] + (result.backend ? ` on ${names[result.backend]}` : "");
  for (const text of [result.probe, `${who}, ${result.tier}`, result.outcome.replaceAll("_", " "), seconds(result.seconds)]) {
    row.insertCell().textContent = text;
  }
  row.lastElementChild.className = "n";
  coming.hidden = false;
}

// A run that was interrupted may have ended with the service itself: wait until that is back.
function again() {
  fetch("/health/live").then(
    () => location.reload(),
    () => setTimeout(again, 1000),
  );
}

const open = ["queued", "running"];
const events = new EventSource(`/probe-runs/${id}/events?after=${live.dataset.told}`);
for (const kind of ["status", "progress", "result"]) {
  events.addEventListener(kind, ({ data }) => {
    const event = JSON.parse(data);
    show(event);
    if (event.result) add(event.result);
    if (!open.includes(event.status)) {
      events.close();
      again();
    }
  });
}
events.addEventListener("error", () => {
  at("left").textContent = ", waiting for the service to come back";
  // The browser comes back by itself, unless it was told that nothing is to come or gave up.
  if (events.readyState === EventSource.CLOSED) setTimeout(again, 2000);
});
