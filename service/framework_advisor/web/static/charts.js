// Each chart is drawn from the table that stands beside it: both always say the same.
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const bases = ["measured", "predicted", "documented", "judged", "unknown"];
const numbers = (cell, ...names) => {
  const row = { ...cell.dataset };
  for (const name of names) row[name] = Number(row[name]);
  return row;
};
const common = (width, size = 13) => ({
  width,
  style: { background: "transparent", color: "inherit", fontFamily: "inherit", fontSize: `${size}px`, overflow: "visible" },
});
// Those whose names do not lie on one another.
const apart = (rows, { x, y }) =>
  rows.reduce((kept, row) => {
    const near = (other) => Math.abs(x(other) - x(row)) < 95 && Math.abs(y(other) - y(row)) < 15;
    return kept.some(near) ? kept : [...kept, row];
  }, []);
const unique = (rows, name) => [...new Set(rows.map((row) => row[name]))];

const draw = {
  ranks(cells, width) {
    const rows = cells.map((cell) => numbers(cell, "place", "share"));
    const who = unique(rows, "who");
    const last = Math.max(...rows.map((row) => row.place));
    const size = width > 420 ? 13 : 11;
    const left = 14 + Math.max(...who.map((name) => name.length)) * size * 0.56;
    return Plot.plot({
      ...common(width, size),
      marginLeft: left,
      marginBottom: 34,
      height: 40 + who.length * 38,
      x: { percent: true, label: "of the draws, %", domain: [0, 100] },
      y: { domain: who, label: null, tickSize: 0 },
      marks: [
        Plot.barX(rows, Plot.stackX({ order: "place", x: "share", y: "who", insetTop: 5, insetBottom: 5, insetRight: 1, fill: style("--accent"), fillOpacity: (row) => 1 - (0.85 * (row.place - 1)) / Math.max(1, last - 1) })),
        Plot.text(rows, Plot.stackX({ order: "place", x: "share", y: "who", text: (row) => (row.share > 0.07 ? `${row.place}.` : ""), fill: (row) => (row.place - 1 < last / 2 ? style("--on-accent") : "currentColor"), fontWeight: 600 })),
      ],
    });
  },

  contributions(cells, width) {
    const rows = cells.map((cell) => numbers(cell, "weight", "points"));
    const wide = width > 560;
    const who = unique(rows, "who").slice(0, wide ? 4 : 2);
    const shown = rows.filter((row) => who.includes(row.who));
    const criteria = unique(rows, "criterion");
    const size = wide ? 13 : 11;
    const left = 12 + Math.max(...criteria.map((name) => name.length)) * size * 0.56;
    return Plot.plot({
      ...common(width, size),
      marginLeft: left,
      marginRight: 12,
      marginTop: 30,
      height: 64 + criteria.length * 22,
      fx: { domain: who, label: null, padding: 0.12, tickFormat: (name) => (wide ? name : name.replace(/ on .*/, "")) },
      x: { label: null, ticks: 2, nice: true },
      y: { domain: criteria, label: null, tickSize: 0 },
      color: { domain: bases, range: bases.map((basis) => style(`--${basis}`)) },
      marks: [
        Plot.barX(shown, { fx: "who", y: "criterion", x: "weight", fill: "currentColor", fillOpacity: 0.09, insetTop: 3, insetBottom: 3 }),
        Plot.barX(shown, { fx: "who", y: "criterion", x: "points", fill: "basis", insetTop: 3, insetBottom: 3 }),
        Plot.ruleX([0], { stroke: "currentColor", strokeOpacity: 0.3 }),
      ],
    });
  },

  ratios(cells, width) {
    const rows = cells.map((cell, i) => ({ ...numbers(cell, "ratio", "low", "high"), i: String(i) }));
    const longest = Math.max(...rows.map((row) => row.label.length));
    const wide = width > Math.max(420, longest * 12);
    const colours = { faster: style("--good"), slower: style("--bad"), same: style("--soft"), ambiguous: style("--soft") };
    const low = Math.min(0.9, ...rows.map((row) => row.low));
    const high = Math.max(1.1, ...rows.map((row) => row.high));
    const named = new Map(rows.map((row) => [row.i, row]));
    return Plot.plot({
      ...common(width),
      marginLeft: wide ? 20 + longest * 6.6 : 8,
      marginRight: 12,
      marginTop: 24,
      marginBottom: 36,
      height: 70 + rows.length * (wide ? 22 : 38),
      x: { type: "log", domain: [low, high], label: "times as fast", grid: true, ticks: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].filter((t) => t >= low && t <= high), tickFormat: (t) => `${t}×` },
      y: { domain: rows.map((row) => row.i), label: null, tickSize: 0, axis: wide ? "left" : null, tickFormat: (i) => named.get(i).label },
      marks: [
        Plot.ruleX([1], { stroke: "currentColor", strokeOpacity: 0.5 }),
        Plot.ruleY(rows, { y: "i", x1: "low", x2: "high", stroke: (row) => colours[row.verdict], strokeWidth: 2 }),
        Plot.dot(rows, { y: "i", x: "ratio", r: 4, fill: (row) => (row.verdict === "ambiguous" ? style("--paper") : colours[row.verdict]), stroke: (row) => colours[row.verdict] }),
        wide ? null : Plot.text(rows, { y: "i", frameAnchor: "left", text: "label", textAnchor: "start", dy: -13, fontSize: 11 }),
      ],
    });
  },

  roofline(cells, width) {
    const rows = cells.filter((cell) => cell.dataset.intensity).map((cell) => numbers(cell, "intensity", "rate"));
    const [roof] = cells.filter((cell) => cell.dataset.flops).map((cell) => numbers(cell, "flops", "bytes"));
    const ridge = roof.flops / roof.bytes;
    const from = Math.min(ridge / 30, ...rows.map((row) => row.intensity)) / 1.5;
    const to = Math.max(ridge * 10, ...rows.map((row) => row.intensity)) * 1.5;
    const low = Math.min(from * roof.bytes, ...rows.map((row) => row.rate));
    const height = Math.min(420, width * 0.75);
    const line = [from, ridge, to].map((x) => ({ x, y: Math.min(roof.flops, x * roof.bytes) }));
    const tops = unique(rows, "probe").map((probe) => rows.filter((row) => row.probe === probe).reduce((best, row) => (row.rate > best.rate ? row : best)));
    const frameworks = ["pytorch", "tensorflow", "keras", "jax"];
    const symbols = ["circle", "triangle", "square", "diamond"];
    return Plot.plot({
      ...common(width),
      marginLeft: 58,
      marginRight: 42,
      marginBottom: 40,
      height,
      x: { type: "log", label: "FLOP for each byte moved", grid: true, tickFormat: "~s", ticks: 3 },
      y: { type: "log", label: "FLOP a second", grid: true, tickFormat: "~s", ticks: 5 },
      color: { domain: frameworks, range: frameworks.map((name) => style(`--${name}`)) },
      symbol: { domain: frameworks, range: symbols },
      marks: [
        Plot.line(line, { x: "x", y: "y", stroke: "currentColor", strokeWidth: 1.5 }),
        Plot.dot(rows, { x: "intensity", y: "rate", stroke: "framework", symbol: "framework", strokeWidth: 1.75, r: 4.5 }),
        Plot.text(apart(tops, { x: (row) => (Math.log(row.intensity / from) / Math.log(to / from)) * width, y: (row) => (Math.log(row.rate / low) / Math.log(roof.flops / low)) * height }), { x: "intensity", y: "rate", text: "probe", dy: -11, fontSize: 11 }),
      ],
    });
  },
};

const cells = (figure) => [...figure.querySelectorAll("table [data-who], table [data-probe], table [data-flops]")];

function drawAll() {
  for (const figure of document.querySelectorAll("figure.chart")) {
    const place = figure.querySelector(".drawing");
    const found = cells(figure);
    if (!found.length || !place.clientWidth) continue; // none, or not to be seen yet
    const svg = draw[figure.dataset.chart](found, place.clientWidth);
    // One picture with one description: its parts are no things of their own.
    for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `${figure.querySelector("figcaption").textContent.trim()} The numbers stand in the table below.`);
    place.replaceChildren(svg);
  }
}

// The tables give room to the charts, and come back on paper.
for (const details of document.querySelectorAll("figure.chart details.numbers")) details.open = false;
drawAll();
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== width) {
    width = innerWidth;
    drawAll();
  }
});
for (const details of document.querySelectorAll("details.group")) details.addEventListener("toggle", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
