// Tables whose columns can be sorted by their headings, and whose rows are kept by key.
const tables = {
  nodes: {
    empty: "No instance matches the filter.", sort: null, keyOf: n => n.id,
    columns: [
      { title: "Instance", text: n => n.name, sub: n => n.address, pick: n => choose(n.id, true), label: n => `Show the view of ${n.name}`, by: n => n.name },
      { title: "State", text: n => nodeWords(n), state: n => COLORS[nodeClass(n)], by: n => nodeWords(n) },
      { title: "Processor", number: true, text: n => n.report ? percent(n.report.cpuShare || 0) : "–", sub: n => n.report ? `of ${n.report.processors}` : "", by: n => n.report?.cpuShare || 0 },
      { title: "Load", number: true, text: n => n.report?.loadAverage != null ? n.report.loadAverage.toFixed(2) : "–", by: n => n.report?.loadAverage || 0 },
      { title: "Memory", number: true, text: n => n.report ? bytes(n.report.workingSetBytes) : "–", sub: n => n.report ? `of ${bytes(n.report.availableMemoryBytes)}` : "", by: n => n.report?.workingSetBytes || 0 },
      { title: "Uptime", number: true, text: n => uptime(n.report?.uptime), by: n => secondsOf(n.report?.uptime) ?? 0 },
      { title: "Round trip", number: true, text: n => n.isSelf ? "–" : milliseconds(n.roundTripSeconds), by: n => n.roundTripSeconds || 0 },
      { title: "Behind", number: true, text: n => n.isSelf ? "–" : count(n.behind), by: n => n.behind },
      { title: "Propagation", number: true, text: n => milliseconds(n.report?.propagationSeconds), by: n => n.report?.propagationSeconds || 0 },
      { title: "Records", number: true, text: n => n.report ? count(n.report.totals?.entries || 0) : "–", by: n => n.report?.totals?.entries || 0 },
      { title: "Of the app", text: n => (n.report?.values || []).map(v => `${v.name} ${valueOf(v)}`).join(", ") || "–", by: n => "" },
    ],
  },
  objects: {
    empty: "No object matches the filter.", sort: null, keyOf: o => o.name,
    columns: [
      { title: "Object", text: o => o.name, sub: o => o.type, pick: o => inspect(o.name), label: o => `Inspect ${o.name}`, by: o => o.name },
      { title: "Kind", text: o => words(o.kind), by: o => o.kind },
      { title: "Entries", number: true, text: o => count(o.entries), by: o => o.entries },
      { title: "Size", number: true, text: o => bytes(o.bytes), by: o => o.bytes },
      { title: "Tombstones", number: true, text: o => count(o.tombstones), by: o => o.tombstones },
      { title: "Value", kind: "value", text: o => o.value != null ? shorten(o.value, 120) : o.showsValues ? "–" : "hidden", by: o => o.value || "" },
    ],
  },
  audits: {
    empty: "No bounded counter or pool matches the filter, or none is registered.", sort: null, keyOf: a => a.name,
    columns: [
      { title: "Name", text: a => a.name, bar: true, by: a => a.name },
      { title: "Issued", number: true, text: a => count(a.issued), by: a => a.issued },
      { title: "Sold", number: true, text: a => count(a.sold), by: a => a.sold },
      { title: "Held", number: true, text: a => count(a.held), by: a => a.held },
      { title: "Free", number: true, text: a => count(a.free), by: a => a.free },
      { title: "Free here", number: true, text: a => count(a.freeHere), by: a => a.freeHere || 0 },
      { title: "Stranded", number: true, text: a => count(a.stranded), by: a => a.stranded },
      { title: "Audit", text: a => a.oversold > 0 ? `oversold by ${count(a.oversold)}` : a.isBalanced ? "balanced" : "does not add up", state: a => a.oversold > 0 || !a.isBalanced ? "bad" : "good", by: a => a.oversold },
    ],
  },
};

function renderTable(name, items) {
  const table = tables[name];
  const node = byId(name);
  renderHead(node.tHead.rows[0], table);
  const sorted = table.sort ? [...items].sort((a, b) => compare(table.sort.column.by(a), table.sort.column.by(b)) * table.sort.direction) : items;
  reconcile(node.tBodies[0], sorted, table.keyOf, item => createRow(table, item), (row, item) => updateRow(row, table, item));
  renderEmpty(byId(`${name}-empty`), node.tBodies[0], table.empty);
}

function renderEmpty(note, rows, text) {
  const isEmpty = rows.childElementCount === 0;
  setText(note, text);
  note.hidden = !isEmpty;
  const region = rows.closest(".scroll");
  if (region) region.hidden = isEmpty;
}

function compare(a, b) { return typeof a === "string" ? a.localeCompare(b) : a - b; }

function renderHead(row, table) {
  reconcile(row, table.columns, c => c.title, column => {
    const button = make("button", { type: "button" }, column.title);
    button.addEventListener("click", () => {
      const isSame = table.sort?.column === column;
      table.sort = isSame && table.sort.direction < 0 ? null : { column, direction: isSame ? -1 : 1 };
      render();
    });
    return make("th", { scope: "col", class: column.number ? "number" : null }, button);
  }, (head, column) => {
    const direction = table.sort?.column === column ? table.sort.direction : 0;
    setAttributes(head, { "aria-sort": direction > 0 ? "ascending" : direction < 0 ? "descending" : null });
    setText(head.firstChild, `${column.title}${direction > 0 ? " ▲" : direction < 0 ? " ▼" : ""}`);
  });
}

function createRow(table, item) {
  return make("tr", {}, ...table.columns.map((column, i) => {
    const cell = make("td", { class: i === 0 ? "name" : column.number ? "number" : column.kind || (column.state ? "state" : null) });
    const main = column.pick ? make("button", { type: "button" }) : make("span");
    if (column.pick) main.addEventListener("click", () => column.pick(item));
    cell.append(main);
    if (column.sub) cell.append(make("span", { class: "sub" }));
    if (column.bar) cell.append(make("span", { class: "bar", "aria-hidden": "true" }, ...["sold", "held", "free", "stranded"].map(c => make("span", { class: c }))));
    return cell;
  }));
}

function updateRow(row, table, item) {
  setAttributes(row, { "data-chosen": table === tables.nodes && item.id === mesh.chosen ? "true" : null });
  table.columns.forEach((column, i) => {
    const cell = row.cells[i];
    setText(cell.firstChild, column.text(item));
    if (column.label) setAttributes(cell.firstChild, { "aria-label": column.label(item) });
    if (column.sub) setText(cell.lastChild, column.sub(item));
    if (column.state) setAttributes(cell, { "data-state": column.state(item) });
    if (!column.bar) return;
    const whole = Math.max(1, item.sold + item.held + item.free + item.stranded);
    [item.sold, item.held, item.free, item.stranded].forEach((part, n) => { cell.lastChild.children[n].style.width = `${Math.max(0, part) * 100 / whole}%`; });
  });
}

function renderEvents(events) {
  reconcile(byId("events"), events, e => String(e.number), e => make("li", {},
    make("time", { datetime: e.at }, clock(e.at)), make("strong", {}, words(e.kind)), make("span", { class: "text" }, e.subject ? `${e.subject}: ${e.text}` : e.text)), () => { });
  renderEmpty(byId("events-empty"), byId("events"), "No event matches the filter.");
}
