// Charts of the last minutes, from what the page has received since it was opened. Nothing is kept at the server.
const SPAN = 120000;
const samples = [];
const charts = [
  { title: "Throughput", names: ["published", "merged"], unit: v => `${v >= 100 ? count(Math.round(v)) : v.toFixed(1)}/s`, read: (now, before) => rates(now, before, ["published", "merged"]) },
  { title: "Traffic", names: ["sent", "received"], unit: v => `${bytes(v)}/s`, read: (now, before) => rates(now, before, ["sentBytes", "receivedBytes"]) },
  { title: "Propagation to all and back", names: ["slowest instance", "this instance"], unit: v => milliseconds(v), read: now => now.propagation },
  { title: "Round trip and lag from here", names: ["longest round trip", "changes behind"], unit: (v, i) => i ? count(v) : milliseconds(v), isSplit: true, read: now => now.link },
  { title: "Records", names: ["live", "tombstones"], unit: v => count(v), read: now => [now.totals.entries || 0, now.totals.tombstones || 0] },
];

function rates(now, before, names) {
  if (!before || now.at <= before.at) return null;
  return names.map(name => Math.max(0, ((now.totals[name] || 0) - (before.totals[name] || 0)) * 1000 / (now.at - before.at)));
}

function addSample(state) {
  const at = Date.parse(state.time);
  if (samples.length && at <= samples[samples.length - 1].at) return;
  const peers = state.nodes.filter(n => !n.isSelf && n.state === "Up");
  const measured = state.nodes.map(n => n.report?.propagationSeconds).filter(v => v != null);
  samples.push({
    at, totals: state.totals,
    propagation: measured.length ? [Math.max(...measured), state.nodes[0].report?.propagationSeconds ?? null] : null,
    link: peers.length ? [Math.max(0, ...peers.map(n => n.roundTripSeconds || 0)), Math.max(...peers.map(n => n.behind))] : null,
  });
  while (samples[0].at < at - SPAN) samples.shift();
}

function renderCharts() {
  const points = samples.map((now, i) => ({ now, before: samples[i - 1] }));
  const to = samples.length ? samples[samples.length - 1].at : 0;
  reconcile(byId("charts"), charts, c => c.title, createChart, (figure, chart) => {
    const values = points.map(p => ({ at: p.now.at, values: chart.read(p.now, p.before) })).filter(v => v.values);
    const latest = values.length ? values[values.length - 1].values : [null, null];
    const highest = [0, 1].map(i => Math.max(0, ...values.map(v => v.values[i] ?? 0)));
    const texts = chart.names.map((name, i) => latest[i] == null ? "–" : chart.unit(latest[i], i));
    const svg = figure.querySelector("svg");
    setAttributes(svg, { "aria-label": `${chart.title}: ${chart.names.map((n, i) => `${n} ${texts[i]}, at most ${chart.unit(highest[i], i)}`).join("; ")}` });
    [...svg.querySelectorAll("path.series")].forEach((path, i) => {
      const top = (chart.isSplit ? highest[i] : Math.max(...highest)) * 1.1 || 1;
      const shown = values.filter(v => v.values[i] != null);
      setAttributes(path, { d: shown.map((v, n) => `${n ? "L" : "M"}${(300 - (to - v.at) * 300 / SPAN).toFixed(1)} ${(98 - v.values[i] * 96 / top).toFixed(1)}`).join("") || null });
    });
    [...figure.querySelectorAll(".legend .latest")].forEach((node, i) => setText(node, texts[i]));
    setText(figure.querySelector("figcaption .latest"), values.length ? `highest ${chart.isSplit ? highest.map((h, i) => chart.unit(h, i)).join(", ") : chart.unit(Math.max(...highest), 0)}` : "no data yet");
  });
}

function createChart(chart) {
  const svg = draw("svg", { viewBox: "0 0 300 100", preserveAspectRatio: "none", role: "img" });
  for (const y of [2, 50, 98]) svg.append(draw("line", { class: "grid", x1: 0, x2: 300, y1: y, y2: y }));
  svg.append(draw("path", { class: "series" }), draw("path", { class: "series two" }));
  return make("figure", {},
    make("figcaption", {}, make("span", {}, chart.title), make("span", { class: "latest" })), svg,
    make("ul", { class: "legend" }, ...chart.names.map((name, i) => make("li", {}, make("span", { class: i ? "swatch two" : "swatch", "aria-hidden": "true" }), name, make("span", { class: "latest" })))));
}
