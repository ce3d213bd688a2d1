"use strict";
// Text enters the page as text nodes and attributes alone: whatever a key, a value or a name says, it stays text.
const numbers = new Intl.NumberFormat("en");
const SVG = "http://www.w3.org/2000/svg";

function byId(id) { return document.getElementById(id); }

function setText(node, text) {
  const wanted = text == null ? "" : String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value == null || value === false) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
  }
  return node;
}

function make(tag, attributes, ...children) {
  const node = setAttributes(document.createElement(tag), attributes);
  node.append(...children.filter(child => child != null));
  return node;
}

function draw(tag, attributes) { return setAttributes(document.createElementNS(SVG, tag), attributes); }

// Keeps one child for each item, by key, so that focus and selections survive updates.
function reconcile(parent, items, keyOf, create, update) {
  const wanted = new Set(items.map(keyOf));
  const known = new Map();
  for (const child of [...parent.children]) {
    if (wanted.has(child.dataKey) && !known.has(child.dataKey)) known.set(child.dataKey, child);
    else child.remove();
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let child = known.get(key);
    if (!child) {
      child = create(item);
      child.dataKey = key;
    }
    if (child !== place) parent.insertBefore(child, place);
    else place = place.nextElementSibling;
    update(child, item);
  }
}

function count(value) { return value == null ? "–" : numbers.format(value); }

function bytes(value) {
  if (value == null) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

function milliseconds(seconds) {
  if (seconds == null) return "–";
  const value = seconds * 1000;
  if (value >= 10000) return `${(value / 1000).toFixed(1)} s`;
  return `${value >= 100 ? Math.round(value) : value >= 1 ? value.toFixed(1) : value.toFixed(2)} ms`;
}

function percent(share) { return share == null ? "–" : `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`; }

// The JSON has durations as d.hh:mm:ss.
function secondsOf(text) {
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)/.exec(text || "");
  return match ? match.slice(1).reduce((sum, part, i) => sum + Number(part || 0) * [86400, 3600, 60, 1][i], 0) : null;
}

function uptime(text) {
  const whole = secondsOf(text);
  if (whole == null) return "–";
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${whole % 60} s` : `${whole % 60} s`;
}

function clock(text) { return new Date(text).toLocaleTimeString("en-GB"); }

function words(name) { return name.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`); }

function shorten(text, length) { return text.length <= length ? text : `${text.slice(0, length - 1)}…`; }

function renderFacts(list, facts) {
  reconcile(list, facts, f => f.key, () => make("div", {}, make("dt"), make("dd")), (node, f) => {
    setText(node.firstChild, f.name);
    setText(node.lastChild, f.value);
  });
}
