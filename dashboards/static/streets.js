// The streets as a value: metres from the town's middle, sorted into square tiles so that only what is seen is drawn.
export const TILE_M = 700;

/** Unpacks /api/v1/segments.json. Each street is {i, id, name, rank, line: Float32Array [x, y, …], mid}. */
export const unpack = (raw) => {
  const [west, south, east, north] = raw.bbox;
  const lat0 = (south + north) / 2;
  const lon0 = (west + east) / 2;
  const perLon = 111_320 * Math.cos((lat0 * Math.PI) / 180);
  const place = (lon, lat) => [(lon - lon0) * perLon, (lat0 - lat) * 110_574];
  const streets = raw.points.map((steps, i) => street(raw, steps, i, place));
  const [left, top] = place(west, north);
  const [right, bottom] = place(east, south);
  return { streets, place, box: { left, top, right, bottom }, tiles: tiled(streets), datasets: raw.datasets };
};

const street = (raw, steps, i, place) => {
  const line = new Float32Array(steps.length);
  let lon = 0;
  let lat = 0;
  for (let at = 0; at < steps.length; at += 2) {
    lon += steps[at];
    lat += steps[at + 1];
    [line[at], line[at + 1]] = place(lon / raw.scale, lat / raw.scale);
  }
  const half = Math.floor(line.length / 4) * 2;
  const other = Math.max(half - 2, 0) === half ? Math.min(half + 2, line.length - 2) : half - 2;
  const mid = [(line[half] + line[other]) / 2, (line[half + 1] + line[other + 1]) / 2];
  const angle = Math.atan2(line[half + 1] - line[other + 1], line[half] - line[other]);
  return { i, id: raw.id[i], name: raw.names[raw.name[i]], cls: raw.classes[raw.class[i]], rank: raw.class[i], line, mid, angle };
};

const tiled = (streets) => {
  const tiles = new Map();
  for (const one of streets) {
    const key = `${Math.floor(one.mid[0] / TILE_M)},${Math.floor(one.mid[1] / TILE_M)}`;
    if (!tiles.has(key)) tiles.set(key, { streets: [], box: [Infinity, Infinity, -Infinity, -Infinity], paths: new Map() });
    const tile = tiles.get(key);
    tile.streets.push(one);
    for (let at = 0; at < one.line.length; at += 2) {
      tile.box[0] = Math.min(tile.box[0], one.line[at]);
      tile.box[1] = Math.min(tile.box[1], one.line[at + 1]);
      tile.box[2] = Math.max(tile.box[2], one.line[at]);
      tile.box[3] = Math.max(tile.box[3], one.line[at + 1]);
    }
  }
  for (const tile of tiles.values()) tile.names = named(tile.streets);
  return [...tiles.values()];
};

/** For each name of a tile the street that carries its label: the longest. */
const named = (streets) => {
  const best = new Map();
  for (const one of streets) {
    if (!one.name) continue;
    const size = length(one.line);
    if (size > (best.get(one.name)?.size ?? 0)) best.set(one.name, { one, size });
  }
  return [...best.values()].sort((a, b) => a.one.rank - b.one.rank || b.size - a.size);
};

const length = (line) => {
  let sum = 0;
  for (let at = 2; at < line.length; at += 2) sum += Math.hypot(line[at] - line[at - 2], line[at + 1] - line[at - 1]);
  return sum;
};

/** Sorts every tile's streets into one path a style: a frame then strokes a few paths instead of thousands. */
export const style = (tiles, styleOf) => {
  for (const tile of tiles) {
    tile.paths = new Map();
    for (const one of tile.streets) {
      const name = styleOf(one);
      if (!tile.paths.has(name)) tile.paths.set(name, new Path2D());
      trace(tile.paths.get(name), one.line);
    }
  }
};

/** One path of some streets. */
export const together = (streets) => {
  const path = new Path2D();
  for (const one of streets) trace(path, one.line);
  return path;
};

const trace = (path, line) => {
  path.moveTo(line[0], line[1]);
  for (let at = 2; at < line.length; at += 2) path.lineTo(line[at], line[at + 1]);
};

/** The street nearest to a point within a distance [m], or undefined. ``prefers`` makes some count as nearer. */
export const nearest = (tiles, x, y, within, prefers) => {
  let found;
  let best = within;
  for (const tile of tiles) {
    const [left, top, right, bottom] = tile.box;
    if (x < left - within || x > right + within || y < top - within || y > bottom + within) continue;
    for (const one of tile.streets) {
      const away = distance(one.line, x, y) * (prefers(one) ? 0.7 : 1);
      if (away < best) [best, found] = [away, one];
    }
  }
  return found;
};

const distance = (line, x, y) => {
  let best = Infinity;
  for (let at = 2; at < line.length; at += 2) {
    const [ax, ay] = [line[at - 2], line[at - 1]];
    const [dx, dy] = [line[at] - ax, line[at + 1] - ay];
    const along = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    best = Math.min(best, Math.hypot(x - ax - along * dx, y - ay - along * dy));
  }
  return best;
};
