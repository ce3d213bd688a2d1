// The dialog that shows one object, and its entries where they may be seen. It reads them while it is open, and one answer at a time.
const byKey = new Intl.Collator("en", { numeric: true });
const inspector = { name: null, timer: null, isReading: false, isAsked: false };

function inspect(name) {
  inspector.name = name;
  byId("inspect-filter").value = "";
  setText(byId("inspect-note"), "");
  reconcile(byId("inspect-rows"), [], e => e, null, null);
  renderInspector();
  byId("inspect").showModal();
  readEntries();
  clearInterval(inspector.timer);
  inspector.timer = setInterval(() => { if (!document.hidden && !dashboard.isPaused) readEntries(); }, 2000);
}

function renderInspector() {
  const object = dashboard.state?.objects.find(o => o.name === inspector.name);
  if (!object) return;
  setText(byId("inspect-title"), object.name);
  renderFacts(byId("inspect-facts"), [
    { key: "kind", name: "Kind", value: words(object.kind) },
    { key: "type", name: "Type", value: object.type },
    { key: "entries", name: "Entries", value: count(object.entries) },
    { key: "bytes", name: "Encoded size", value: bytes(object.bytes) },
    { key: "tombstones", name: "Tombstones", value: count(object.tombstones) },
  ]);
  byId("inspect-entries").hidden = !object.showsValues;
  if (!object.showsValues) {
    setText(byId("inspect-note"), object.name.startsWith("peerreplica.")
      ? "Keys and values of the library's own objects are never shown." : "Keys and values are hidden. The app shows them with ShowValues.");
  }
}

async function readEntries() {
  const object = dashboard.state?.objects.find(o => o.name === inspector.name);
  inspector.isAsked = inspector.isReading;
  if (!object?.showsValues || inspector.isReading) return;
  inspector.isReading = true;
  const query = new URLSearchParams({ name: inspector.name, contains: byId("inspect-filter").value });
  try {
    const response = await fetch(`${dashboard.path}/entries?${query}`, { credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    renderEntries(await response.json());
  } catch {
    setText(byId("inspect-note"), "The entries could not be read. Trying again.");
  } finally {
    inspector.isReading = false;

    // The filter changed meanwhile.
    if (inspector.isAsked) readEntries();
  }
}

function renderEntries(answer) {
  if (answer.name !== inspector.name) return;
  const entries = answer.entries.map((e, i) => ({ ...e, number: i })).sort((a, b) => byKey.compare(a.key ?? "", b.key ?? ""));
  reconcile(byId("inspect-rows"), entries, e => e.key == null ? `#${e.number}` : `=${e.key}`, () => make("tr", {}, make("td", { class: "value" }), make("td", { class: "value" })), (row, entry) => {
    setText(row.cells[0], entry.key ?? "–");
    setText(row.cells[1], entry.value ?? "–");
  });
  setText(byId("inspect-note"), answer.isComplete ? `${count(entries.length)} shown, which are all.` : `${count(entries.length)} shown, and there may be more. Filter by key.`);
}

function setUpInspector() {
  byId("inspect-close").addEventListener("click", () => byId("inspect").close());
  byId("inspect").addEventListener("close", () => {
    clearInterval(inspector.timer);
    inspector.name = null;
  });
  byId("inspect-filter").addEventListener("input", readEntries);
}
