// Follows the instance that served the page, and renders what it says. While the page is hidden or paused it does not follow, so that the instance has nothing to do.
const dashboard = { path: location.pathname.replace(/\/+$/, ""), state: null, isPaused: false, source: null, timer: null, receivedAt: 0 };

function connect() {
  disconnect();
  if (dashboard.isPaused || document.hidden) return;
  const source = new EventSource(`${dashboard.path}/stream`);
  dashboard.source = source;
  source.onmessage = message => receive(JSON.parse(message.data), "Live");
  source.onerror = () => {
    // Closed for good: refused, or too many follow. Ask now and then, and try to follow again.
    if (source.readyState === EventSource.CLOSED) poll();
    else lost();
  };
}

function disconnect() {
  dashboard.source?.close();
  dashboard.source = null;
  clearTimeout(dashboard.timer);
}

async function poll() {
  disconnect();
  try {
    const response = await fetch(`${dashboard.path}/status`, { credentials: "same-origin" });
    if (response.ok) receive(await response.json(), "Every 10 s");
    else if (response.status === 401 || response.status === 403 || response.status === 404) show("Not allowed any more: reload the page", "bad");
    else lost();
  } catch {
    lost();
  }
  dashboard.timer = setTimeout(connect, 10000);
}

function receive(state, mode) {
  dashboard.receivedAt = Date.now();
  document.documentElement.classList.remove("stale");
  dashboard.state = state;
  addSample(state);
  show(mode, "good");
  render();
}

function lost() {
  document.documentElement.classList.add("stale");
  show(dashboard.state ? `Disconnected; this is of ${clock(dashboard.state.time)}` : "Cannot connect; trying again", "bad");
}

function show(text, state) {
  setText(byId("connection"), text);
  setAttributes(byId("connection"), { "data-state": state });
}

// Whether a text of an item contains what is typed into the filter.
function matcher() {
  const wanted = byId("filter").value.trim().toLowerCase();
  return (...texts) => !wanted || texts.some(text => text && String(text).toLowerCase().includes(wanted));
}

function render() {
  const state = dashboard.state;
  if (!state) return;
  const matches = matcher();
  setText(byId("self"), `as ${state.self.name} (${state.self.address}) sees it`);
  document.title = `${state.self.name} · PeerReplica`;
  renderTiles(state);
  renderFindings(state);
  renderMesh(state, matches);
  renderView(state);
  renderTable("nodes", state.nodes.filter(n => matches(n.name, n.address, nodeWords(n))));
  renderCharts();
  setText(byId("objects-note"), state.showsValues ? "" : "Keys and values are hidden.");
  renderTable("objects", state.objects.filter(o => matches(o.name, o.kind, words(o.kind), o.type)));
  renderTable("audits", state.audits.filter(a => matches(a.name)));
  renderEvents(state.events.filter(e => matches(e.kind, e.subject, e.text)));
  if (inspector.name != null) renderInspector();
}

function renderTiles(state) {
  const { health, restart, totals } = state;
  const isFaulted = state.self.state === "Faulted";
  setText(byId("health"), isFaulted ? "Faulted" : health.status);
  setAttributes(byId("health"), { "data-state": { Healthy: "good", Degraded: "wait" }[health.status] || "bad" });
  setText(byId("health-note"), isFaulted ? state.self.fault : `${health.isReady ? "ready" : "not ready"}, ${health.isLive ? "live" : "not live"}, ${words(state.self.state).toLowerCase()}`);
  setText(byId("restart"), restart.isAllowed ? "Go ahead" : "Wait");
  setAttributes(byId("restart"), { "data-state": restart.isAllowed ? "good" : "wait" });
  const reasons = restart.isAllowed ? ["Every instance is ready, connected and up to date."] : restart.reasons.slice(0, 4);
  if (!restart.isAllowed && restart.reasons.length > 4) reasons.push(`and ${restart.reasons.length - 4} more`);
  reconcile(byId("restart-reasons"), reasons, r => r, r => make("li", {}, r), () => { });
  const up = state.nodes.filter(n => n.state === "Up").length;
  setText(byId("connected"), `${up} of ${state.nodes.length}`);
  setAttributes(byId("connected"), { "data-state": up < state.nodes.length ? "bad" : "good" });
  setText(byId("connected-note"), state.nodes.length === 1 ? "This instance knows no other." : up < state.nodes.length
    ? shorten(state.nodes.filter(n => n.state !== "Up").map(n => n.name).join(", "), 120) : "this one included");
  setText(byId("records"), count(totals.entries || 0));
  setText(byId("records-note"), `${count(totals.coalesced || 0)} writes merged before sending, ${count(totals.evicted || 0)} evicted`);
  setText(byId("tombstones"), count(totals.tombstones || 0));
}

function renderFindings(state) {
  const findings = state.health.findings;
  byId("findings-section").hidden = findings.length === 0;
  reconcile(byId("findings"), findings, f => `${f.reason} ${f.subject}`, () => make("li", {}, make("strong"), make("p"), make("p", { class: "note" })), (item, f) => {
    setAttributes(item, { "data-state": f.status === "Unhealthy" ? "bad" : "wait" });
    setText(item.children[0], `${words(f.reason)}${f.subject ? ` (${f.subject})` : ""}`);
    setText(item.children[1], f.message);
    setText(item.children[2], f.remedy);
  });
}

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function setUp() {
  const theme = byId("theme");
  try { theme.value = localStorage.getItem("peerreplica-theme") || "auto"; } catch { theme.value = "auto"; }
  setTheme(theme.value);
  theme.addEventListener("change", () => {
    setTheme(theme.value);
    try { localStorage.setItem("peerreplica-theme", theme.value); } catch { /* The choice holds for this page. */ }
  });
  byId("filter").addEventListener("input", render);
  byId("pause").addEventListener("click", () => {
    dashboard.isPaused = !dashboard.isPaused;
    setAttributes(byId("pause"), { "aria-pressed": String(dashboard.isPaused) });
    if (dashboard.isPaused) {
      disconnect();
      show("Paused", "wait");
    } else connect();
  });
  document.addEventListener("keydown", event => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === "/" && !isTyping && !byId("inspect").open) {
      byId("filter").focus();
      event.preventDefault();
    } else if (event.key === "Escape" && event.target === byId("filter")) {
      byId("filter").value = "";
      render();
    }
  });
  document.addEventListener("visibilitychange", connect);
  addEventListener("resize", render);
  setUpInspector();
  connect();
}

setUp();
