// The mesh: instances on an ellipse, and for each pair two halves of a line, each as the instance at its end reports it.
const MAX_LAG = 1000;

// How a class of nodes and links is shown in tables.
const COLORS = { up: "good", behind: "wait", down: "bad" };
const mesh = { chosen: null, width: 720, height: 470 };

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

function placesOf(nodes) {
  const center = { x: mesh.width / 2, y: mesh.height / 2 };
  if (nodes.length === 1) return new Map([[nodes[0].id, { ...center, angle: Math.PI / 2 }]]);
  const crowded = nodes.length > 8;
  const radius = { x: mesh.width / 2 - 110, y: mesh.height / 2 - (crowded ? 62 : 72) };
  return new Map(nodes.map((node, index) => {
    const angle = -Math.PI / 2 + index * 2 * Math.PI / nodes.length;
    return [node.id, { x: center.x + radius.x * Math.cos(angle), y: center.y + radius.y * Math.sin(angle), angle }];
  }));
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
  mesh.height = state.nodes.length > 8 ? 560 : state.nodes.length === 1 ? 220 : 470;
  setAttributes(svg, { viewBox: `0 0 ${mesh.width} ${mesh.height}` });
  if (!state.nodes.some(n => n.id === mesh.chosen)) mesh.chosen = state.nodes[0].id;
  const places = placesOf(state.nodes);
  const size = state.nodes.length > 16 ? 17 : state.nodes.length > 8 ? 21 : 27;
  const halves = [];
  for (const from of state.nodes) {
    const view = viewOf(state, from);
    for (const to of state.nodes) {
      if (from === to || from.state !== "Up") continue;
      halves.push({ key: `${from.id} ${to.id}`, from, to, link: view ? view.get(to.id) : null });
    }
  }
  halves.sort((a, b) => (a.from.id === mesh.chosen) - (b.from.id === mesh.chosen));
  renderHalves(layerOf(svg, "links"), halves, places);
  renderNodes(layerOf(svg, "nodes"), state, places, size, matches);
  renderMeasures(layerOf(svg, "measures"), halves.filter(h => h.from.id === mesh.chosen && h.link), places, size);
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

function renderMeasures(layer, halves, places, size) {
  setAttributes(layer, { "aria-hidden": "true" });
  reconcile(layer, halves, h => h.key, () => draw("text", { class: "measure" }), (text, half) => {
    const [a, b] = [places.get(half.from.id), places.get(half.to.id)];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    const at = Math.min(0.72, 1 - (size + 34) / length);
    setAttributes(text, { x: (a.x + (b.x - a.x) * at).toFixed(1), y: (a.y + (b.y - a.y) * at).toFixed(1) });
    const lag = half.link.behind > 0 ? ` · ${count(half.link.behind)} behind` : "";
    setText(text, half.link.state === "Up" ? `${milliseconds(half.link.roundTripSeconds)}${lag}` : "unreachable");
  });
}

function renderNodes(layer, state, places, size, matches) {
  reconcile(layer, state.nodes, n => n.id, node => {
    const group = draw("g", { role: "button", tabindex: "-1" });
    group.append(draw("circle", { class: "ring" }), draw("circle", { class: "disc" }), draw("text", { class: "inner" }), draw("text", { class: "label" }), draw("title", {}));
    group.addEventListener("click", () => choose(node.id));
    group.addEventListener("keydown", event => moveInMesh(event, node.id));
    return group;
  }, (group, node) => {
    const place = places.get(node.id);
    const isChosen = node.id === mesh.chosen;
    setAttributes(group, {
      class: `node ${nodeClass(node)}${isChosen ? " chosen" : ""}${matches(node.name, node.address) ? "" : " filtered"}`,
      transform: `translate(${place.x.toFixed(1)} ${place.y.toFixed(1)})`,
      tabindex: isChosen ? "0" : "-1", "aria-pressed": isChosen ? "true" : "false",
      "aria-label": `${node.name}: ${nodeWords(node)}${node.report ? `, processor ${percent(node.report.cpuShare || 0)}` : ""}`,
    });
    const [ring, disc, inner, label, title] = group.children;
    setAttributes(ring, { r: size + 6 });
    setAttributes(disc, { r: size });
    setText(inner, node.state !== "Up" ? "✕" : node.report ? percent(node.report.cpuShare || 0) : node.isSelf ? "here" : "");
    setAttributes(inner, { class: "inner soft" });
    placeLabel(label, place, size, node);
    setText(title, `${node.name} ${node.address}`);
  });
}

function placeLabel(label, place, size, node) {
  const side = Math.cos(place.angle);
  const isBeside = Math.abs(side) > 0.35 && mesh.height > 500;
  const x = isBeside ? Math.sign(side) * (size + 8) : 0;
  const y = isBeside ? 0 : Math.sin(place.angle) < -0.3 ? -(size + 15) : size + 15;
  setAttributes(label, { x, y });
  label.style.textAnchor = isBeside ? (side > 0 ? "start" : "end") : "middle";
  setText(label, shorten(node.name, isBeside ? 11 : 24) + (node.isSelf ? " (here)" : ""));
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
