// The mesh: instances on an ellipse, and for each pair two halves of a line, each as the instance at its end reports it.
const MAX_LAG = 1000;

// How a class of nodes and links is shown in tables.
const COLORS = { up: "good", behind: "wait", down: "bad" };
const mesh = { chosen: null };

// What an instance says of its peers: this one live, others by their latest report. Null: it has not said.
function viewOf(state, node) {
  if (node.isSelf) {
    return new Map(state.nodes.filter(n => !n.isSelf).map(n => [n.id, { state: n.state, roundTripSeconds: n.roundTripSeconds, behind: n.behind }]));
  }
  if (!node.report || node.state !== "Up") return null;
  return new Map((node.report.links || []).map(link => [link.peer, { state: link.state, roundTripSeconds: link.roundTripSeconds, behind: link.behind || 0 }]));
}

function linkClass(link) {
  if (!link) return "unknown";
  if (link.state !== "Up") return "down";
  return link.behind > MAX_LAG ? "behind" : "up";
}

function linkWords(link) {
  if (!link) return "not reported";
  if (link.state !== "Up") return words(link.state).toLowerCase();
  return link.behind > MAX_LAG ? "behind" : "connected";
}

function nodeClass(node) {
  if (node.state !== "Up") return "down";
  return node.behind > MAX_LAG || (node.report && !node.report.isReady) ? "behind" : "up";
}

function nodeWords(node) {
  if (node.isSelf) return "this instance";
  if (node.state !== "Up") return words(node.state).toLowerCase();
  if (node.report && !node.report.isReady) return "not ready";
  return node.behind > MAX_LAG ? "catching up" : "connected";
}

function layerOf(svg, name) {
  let layer = svg.querySelector(`g.${name}`);
  if (!layer) {
    layer = draw("g", { class: name });
    svg.append(layer);
  }
  return layer;
}

function renderMesh(state, matches) {
  const svg = byId("mesh");

  // In a narrow window the picture gets narrower, and its text stays as large as elsewhere.
  const layout = layoutOf(state.nodes, Math.max(400, Math.min(720, Math.round(svg.getBoundingClientRect().width) || 720)));
  setAttributes(svg, { viewBox: `0 0 ${layout.width} ${layout.height}` });
  if (!state.nodes.some(n => n.id === mesh.chosen)) mesh.chosen = state.nodes[0].id;
  const halves = [];
  for (const from of state.nodes) {
    const view = viewOf(state, from);
    for (const to of state.nodes) {
      if (from === to || from.state !== "Up") continue;
      halves.push({ key: `${from.id} ${to.id}`, from, to, link: view ? view.get(to.id) : null });
    }
  }
  halves.sort((a, b) => (a.from.id === mesh.chosen) - (b.from.id === mesh.chosen));
  renderHalves(layerOf(svg, "links"), halves, layout.places);
  renderNodes(layerOf(svg, "nodes"), state, layout, matches);
  renderMeasures(layerOf(svg, "measures"), layout.hasMeasures ? halves.filter(h => h.from.id === mesh.chosen && h.link) : [], layout);
}

function renderHalves(layer, halves, places) {
  setAttributes(layer, { "aria-hidden": "true" });
  reconcile(layer, halves, h => h.key, () => draw("line", {}), (line, half) => {
    const [a, b] = [places.get(half.from.id), places.get(half.to.id)];
    setAttributes(line, {
      class: `link ${linkClass(half.link)}${half.from.id === mesh.chosen ? " chosen" : ""}`,
      x1: a.x.toFixed(1), y1: a.y.toFixed(1), x2: ((a.x + b.x) / 2).toFixed(1), y2: ((a.y + b.y) / 2).toFixed(1),
    });
  });
}

function renderMeasures(layer, halves, { places, size }) {
  setAttributes(layer, { "aria-hidden": "true" });
  reconcile(layer, halves, h => h.key, () => draw("text", { class: "measure" }), (text, half) => {
    const [a, b] = [places.get(half.from.id), places.get(half.to.id)];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    const at = half.link.state === "Up" ? Math.min(0.72, 1 - (size + 34) / length) : 0.3;
    setAttributes(text, { x: (a.x + (b.x - a.x) * at).toFixed(1), y: (a.y + (b.y - a.y) * at).toFixed(1) });
    const lag = half.link.behind > 0 ? ` · ${count(half.link.behind)} behind` : "";
    setText(text, half.link.state === "Up" ? `${milliseconds(half.link.roundTripSeconds)}${lag}` : "unreachable");
  });
}

function renderNodes(layer, state, layout, matches) {
  reconcile(layer, state.nodes, n => n.id, node => {
    const group = draw("g", { role: "button", tabindex: "-1" });
    group.append(draw("circle", { class: "ring" }), draw("circle", { class: "disc" }));
    group.append(draw("text", { class: "label" }), " ", draw("text", { class: "inner soft" }), draw("title", {}));
    group.addEventListener("click", () => choose(node.id));
    group.addEventListener("keydown", event => moveInMesh(event, node.id));
    return group;
  }, (group, node) => {
    const place = layout.places.get(node.id);
    const isChosen = node.id === mesh.chosen;
    setAttributes(group, {
      class: `node ${nodeClass(node)}${isChosen ? " chosen" : ""}${matches(node.name, node.address) ? "" : " filtered"}`,
      transform: `translate(${place.x.toFixed(1)} ${place.y.toFixed(1)})`,
      tabindex: isChosen ? "0" : "-1", "aria-pressed": isChosen ? "true" : "false",
    });
    const [ring, disc, label, inner, title] = group.children;
    setAttributes(ring, { r: layout.size + 6 });
    setAttributes(disc, { r: layout.size });
    const load = node.state === "Up" && node.report ? percent(node.report.cpuShare || 0) : "";
    setText(inner, node.state !== "Up" ? "✕" : layout.size < 17 ? "" : load);
    const isShortened = renderName(label, place.name, node);
    setText(title, `${node.name} ${node.address}`);

    // Begins with what is drawn, in its order: whoever speaks to the browser says what they see.
    const drawn = load ? `${label.textContent} ${load} processor` : label.textContent;
    setAttributes(group, { "aria-label": [drawn, nodeWords(node), ...(isShortened ? [node.name] : [])].join(", ") });
  });
}

// Whether the name had to be shortened.
function renderName(label, { x, y, anchor, turn, room }, node) {
  const mark = node.isSelf ? " (here)" : "";
  const name = fit(node.name, room - (mark ? widthOf(mark) : 0));
  setAttributes(label, { x: x.toFixed(1), y, transform: turn == null ? null : `rotate(${turn.toFixed(1)})` });
  label.style.textAnchor = anchor;
  setText(label, name + mark);
  return name !== node.name;
}

function choose(id, focus) {
  mesh.chosen = id;
  render();
  if (focus) byId("mesh").querySelector("g.node.chosen")?.focus();
}

function moveInMesh(event, id) {
  const nodes = dashboard.state.nodes;
  const index = nodes.findIndex(n => n.id === id);
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step) choose(nodes[(index + step + nodes.length) % nodes.length].id, true);
  else if (event.key === "Home") choose(nodes[0].id, true);
  else if (event.key === "End") choose(nodes[nodes.length - 1].id, true);
  else if (event.key === "Enter" || event.key === " ") choose(id, true);
  else return;
  event.preventDefault();
}

// The chosen instance's view as text and table: what the picture shows, for everybody.
function renderView(state) {
  const node = state.nodes.find(n => n.id === mesh.chosen);
  const view = viewOf(state, node);
  const report = node.report;
  setText(byId("view-title"), `View of ${node.name}`);
  renderFacts(byId("view-facts"), [
    { key: "state", name: "State", value: nodeWords(node) },
    { key: "address", name: "Address", value: node.address },
    { key: "id", name: "Run", value: node.id.slice(0, 8) },
    ...(report ? [
      { key: "version", name: "App version", value: report.appVersion || "–" },
      { key: "heap", name: "Managed heap", value: bytes(report.managedHeapBytes) },
      { key: "health", name: "Health", value: report.findings?.length ? report.findings.map(words).join(", ") : words(report.health || "Healthy") },
      ...(report.values || []).map(v => ({ key: `value ${v.name}`, name: v.name, value: valueOf(v) })),
    ] : []),
  ]);
  const links = view ? state.nodes.filter(n => view.has(n.id)).map(n => ({ node: n, link: view.get(n.id) })) : [];
  reconcile(byId("view-links"), links, l => l.node.id, () => make("tr", {}, make("td", { class: "name" }), make("td", { class: "state" }), make("td", { class: "number" }), make("td", { class: "number" })),
    (row, { node: peer, link }) => {
      setText(row.children[0], peer.name);
      setText(row.children[1], linkWords(link));
      setAttributes(row.children[1], { "data-state": COLORS[linkClass(link)] });
      setText(row.children[2], milliseconds(link.roundTripSeconds));
      setText(row.children[3], count(link.behind));
    });
  const isKnown = view !== null;
  const more = isKnown && report && report.peers > links.length ? ` It knows ${report.peers - links.length} more.` : "";
  renderEmpty(byId("view-empty"), byId("view-links"), !isKnown
    ? state.hasReports ? "It has not reported what it sees." : "Instances report what they see if the app calls AddNodeReport()."
    : "It knows no other instance.");
  if (more && links.length) {
    setText(byId("view-empty"), more.trim());
    byId("view-empty").hidden = false;
  }
}

function valueOf(value) {
  return value.number != null ? `${numbers.format(value.number)}${value.unit ? ` ${value.unit}` : ""}` : value.text || "";
}
