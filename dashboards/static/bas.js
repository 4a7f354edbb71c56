// The quiet ground under the streets: water, parks, railways, buildings, where the town's extract holds them.
const SCALE = 1e6;
const TILE_M = 900;
const WIDE_M = 2500; // an area that is larger is drawn by itself

/** Unpacks /api/v1/map/base.json: pieces of one kind that lie together as one path, each with its box. */
export const unpackBase = (raw, place) => ({
  pieces: [
    ...gathered(raw.areas ?? [], (area) => area.rings, place, true),
    ...gathered(raw.lines ?? [], (line) => [line.line], place, false),
  ],
  labels: (raw.labels ?? []).map((label) => {
    const [x, y] = place(label.x / SCALE, label.y / SCALE);
    return { ...label, x, y };
  }),
});

const gathered = (things, ringsOf, place, closed) => {
  const found = new Map();
  things.forEach((thing, n) => {
    const rings = ringsOf(thing).map((ring) => metres(ring, place)).filter((ring) => ring.length >= 4);
    if (!rings.length) return;
    const box = boxOf(rings);
    const wide = box[2] - box[0] > WIDE_M || box[3] - box[1] > WIDE_M;
    const cell = wide ? n : `${Math.floor((box[0] + box[2]) / 2 / TILE_M)},${Math.floor((box[1] + box[3]) / 2 / TILE_M)}`;
    const key = `${thing.kind}/${cell}`;
    const piece = found.get(key) ?? { kind: thing.kind, area: closed, box: [...box], path: new Path2D() };
    found.set(key, piece);
    for (const side of [0, 1]) piece.box[side] = Math.min(piece.box[side], box[side]);
    for (const side of [2, 3]) piece.box[side] = Math.max(piece.box[side], box[side]);
    for (const ring of rings) trace(piece.path, ring, closed);
  });
  return [...found.values()];
};

const metres = (ring, place) => {
  const line = new Float32Array(ring.length);
  for (let at = 0; at < ring.length; at += 2) [line[at], line[at + 1]] = place(ring[at] / SCALE, ring[at + 1] / SCALE);
  return line;
};

const boxOf = (rings) => {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const line of rings) {
    for (let at = 0; at < line.length; at += 2) {
      box[0] = Math.min(box[0], line[at]);
      box[1] = Math.min(box[1], line[at + 1]);
      box[2] = Math.max(box[2], line[at]);
      box[3] = Math.max(box[3], line[at + 1]);
    }
  }
  return box;
};

const trace = (path, line, closed) => {
  path.moveTo(line[0], line[1]);
  for (let at = 2; at < line.length; at += 2) path.lineTo(line[at], line[at + 1]);
  if (closed) path.closePath();
};

const ORDER = ["park", "water", "shore", "path", "rail", "building"];
const FILL = { park: "bas-park", water: "bas-water", building: "bas-building" };
const LINE = {
  water: { colour: "bas-shore", width: [0.75, 1, 1], from: 0 },
  shore: { colour: "bas-shore", width: [0.75, 1, 1], from: 0 },
  path: { colour: "bas-path", width: [0, 1, 1.5], from: 13.6 },
  rail: { colour: "bas-rail", width: [0.75, 1, 1.5], from: 11 },
  building: { colour: "bas-building-edge", width: [0, 0.75, 0.75], from: 15 },
};
const SEEN_FROM = { building: 13.5 };

/** Draws what is seen of the ground; the pen draws in metres. */
export const drawBase = (pen, base, look, { scale, zoom, seen, widthAt }) => {
  for (const kind of ORDER) {
    if (zoom < (SEEN_FROM[kind] ?? 0)) continue;
    const line = LINE[kind];
    for (const piece of base.pieces) {
      if (piece.kind !== kind || !seen(piece.box)) continue;
      if (piece.area && FILL[kind]) {
        pen.fillStyle = look.colours[FILL[kind]];
        pen.fill(piece.path, "evenodd");
      }
      if (!line || zoom < line.from) continue;
      pen.strokeStyle = look.colours[line.colour];
      pen.lineWidth = widthAt(line.width, zoom) / scale;
      pen.stroke(piece.path);
    }
  }
};
