// Where the mesh draws its instances, on an ellipse, and their names: as long as there is room for.
const pen = document.createElement("canvas").getContext("2d");

// The height of a name with the gap to the next.
const NAME_HEIGHT = 20;

// A few instances have their names above or below, more of them beside, and many on the line that comes from the middle.
function layoutOf(nodes, width) {
  const isFew = nodes.length <= 8;
  const isMany = nodes.length > 16;
  const margin = isFew ? Math.min(110, width * 0.2) : Math.min(150, width * 0.24);
  const height = isMany ? width : !isFew ? 560 : nodes.length === 1 ? 220 : 470;
  const radius = { x: width / 2 - margin, y: height / 2 - (isMany ? margin : 72) };
  if (nodes.length === 1) radius.x = radius.y = 0;
  const size = isMany ? Math.min(17, 2.6 * radius.x / nodes.length) : isFew ? 27 : 21;
  const angles = nodes.map((_, index) => -Math.PI / 2 + index * 2 * Math.PI / nodes.length);

  // An odd number has none at the lowest point: the picture is stretched down to there.
  const lowest = Math.max(0.5, ...angles.map(Math.sin));
  const places = angles.map(angle => ({
    x: width / 2 + radius.x * Math.cos(angle), y: height / 2 - radius.y + 2 * radius.y * (Math.sin(angle) + 1) / (lowest + 1), angle,
  }));
  for (const place of places) {
    const side = Math.cos(place.angle);
    place.name = isMany ? turnedName(side, place.angle, size, margin)
      : !isFew && Math.abs(side) > 0.1 ? besideName(side, size, side > 0 ? width - place.x : place.x)
      : { x: 0, y: Math.sin(place.angle) < -0.3 && nodes.length > 1 ? -(size + 15) : size + 15, anchor: "middle" };
  }
  for (const place of places) if (place.name.anchor === "middle") place.name.room = roomBetween(place, places, size, width);

  // Round trips stand on the lines, where they would cover names if there were many in a narrow picture.
  const hasMeasures = !isMany && width >= 80 * Math.min(nodes.length, 8);
  return { width, height, size, hasMeasures, places: new Map(nodes.map((node, index) => [node.id, places[index]])) };
}

function turnedName(side, angle, size, margin) {
  const degrees = angle * 180 / Math.PI;
  const [x, anchor, turn] = side >= 0 ? [size + 8, "start", degrees] : [-(size + 8), "end", degrees + 180];
  return { x, y: 0, anchor, turn, room: margin - size - 16 };
}

function besideName(side, size, edge) {
  return { x: Math.sign(side) * (size + 8), y: 0, anchor: side > 0 ? "start" : "end", room: edge - size - 12 };
}

// As wide as the edges, other instances and names at the same height leave it.
function roomBetween(place, places, size, width) {
  const y = place.y + place.name.y;
  const others = places.filter(p => p !== place);
  const names = others.filter(p => Math.abs(p.y + p.name.y - y) < NAME_HEIGHT).map(p => Math.abs(p.x - place.x));
  const discs = others.filter(p => Math.abs(p.y - y) < size + NAME_HEIGHT / 2).map(p => 2 * (Math.abs(p.x - place.x) - size));
  return Math.min(2 * place.x, 2 * (width - place.x), ...names, ...discs) - 10;
}

function widthOf(text) {
  pen.font = `600 13px ${getComputedStyle(document.documentElement).fontFamily}`;
  return pen.measureText(text).width;
}

// Leaves out the middle: names of one service differ at the end.
function fit(text, room) {
  let [length, fitted] = [text.length, text];
  while (length > 1 && widthOf(fitted) > room) {
    length--;
    fitted = `${text.slice(0, Math.floor(length / 2))}…${text.slice(text.length - Math.floor((length - 1) / 2))}`;
  }
  return fitted;
}
