// The streets as a value: metres from the town's middle in typed arrays, sorted into square tiles, so that only what is
// seen is drawn, and from afar only as fine as it can be seen.
export const TILE_M = 900;
const COARSE_M = [0, 5, 14]; // how far a line may be from the street it stands for, by level of detail [m]

/** Unpacks /api/v1/segments.json. ``xy`` holds all points, those of street i from ``from[i]`` to ``from[i + 1]``. */
export const unpack = (raw) => {
  const [west, south, east, north] = raw.bbox;
  const lat0 = (south + north) / 2;
  const lon0 = (west + east) / 2;
  const perLon = 111_320 * Math.cos((lat0 * Math.PI) / 180);
  const place = (lon, lat) => [(lon - lon0) * perLon, (lat0 - lat) * 110_574];
  const n = raw.points.length;
  const from = new Uint32Array(n + 1);
  for (let i = 0; i < n; i += 1) from[i + 1] = from[i] + raw.points[i].length;
  const xy = new Float32Array(from[n]);
  for (let i = 0; i < n; i += 1) lay(raw.points[i], xy, from[i], raw.scale, place);
  const [left, top] = place(west, north);
  const [right, bottom] = place(east, south);
  const town = { n, xy, from, place, id: raw.id, cls: raw.class, classes: raw.classes, stamp: raw.stamp, box: { left, top, right, bottom } };
  town.name = (i) => raw.names[raw.name[i]];
  town.row = new Map(raw.id.map((id, i) => [id, i]));
  Object.assign(town, middles(town));
  town.tiles = tiled(town);
  return town;
};

const lay = (steps, xy, at, scale, place) => {
  let lon = 0;
  let lat = 0;
  for (let k = 0; k < steps.length; k += 2) {
    lon += steps[k];
    lat += steps[k + 1];
    [xy[at + k], xy[at + k + 1]] = place(lon / scale, lat / scale);
  }
};

/** Of each street the middle of its middle piece, that piece's angle, and the street's length [m]. */
const middles = ({ n, xy, from }) => {
  const mid = new Float32Array(2 * n);
  const angle = new Float32Array(n);
  const size = new Float32Array(n);
  for (let i = 0; i < n; i += 1) {
    const [begin, end] = [from[i], from[i + 1]];
    for (let at = begin + 2; at < end; at += 2) size[i] += Math.hypot(xy[at] - xy[at - 2], xy[at + 1] - xy[at - 1]);
    const b = Math.max(begin + 2, begin + 2 * Math.ceil((end - begin) / 4));
    const k = Math.min(b, end - 2);
    mid[2 * i] = (xy[k] + xy[k - 2]) / 2;
    mid[2 * i + 1] = (xy[k + 1] + xy[k - 1]) / 2;
    angle[i] = Math.atan2(xy[k + 1] - xy[k - 1], xy[k] - xy[k - 2]);
  }
  return { mid, angle, size };
};

const tiled = (town) => {
  const tiles = new Map();
  for (let i = 0; i < town.n; i += 1) {
    const key = `${Math.floor(town.mid[2 * i] / TILE_M)},${Math.floor(town.mid[2 * i + 1] / TILE_M)}`;
    if (!tiles.has(key)) tiles.set(key, { streets: [], box: [Infinity, Infinity, -Infinity, -Infinity], ground: [], paths: [] });
    const { streets, box } = tiles.get(key);
    streets.push(i);
    for (let at = town.from[i]; at < town.from[i + 1]; at += 2) {
      box[0] = Math.min(box[0], town.xy[at]);
      box[1] = Math.min(box[1], town.xy[at + 1]);
      box[2] = Math.max(box[2], town.xy[at]);
      box[3] = Math.max(box[3], town.xy[at + 1]);
    }
  }
  for (const tile of tiles.values()) tile.names = named(town, tile.streets);
  return [...tiles.values()];
};

/** For each name of a tile the street that carries its label: the longest. Main streets first. */
const named = (town, streets) => {
  const best = new Map();
  for (const i of streets) {
    const name = town.name(i);
    if (name && town.size[i] > (town.size[best.get(name)] ?? 0)) best.set(name, i);
  }
  return [...best.values()];
};

/** How fine lines are drawn at a scale [px/m]: 0 as they are. */
export const detail = (scale) => (scale > 0.16 ? 0 : scale > 0.06 ? 1 : 2);

/** The paths of a tile by style, made once for each level of detail and until ``restyle``. */
export const pathsOf = (town, tile, level, codes) => {
  tile.paths[level] ??= sorted(town, tile, level, (i) => codes[i]);
  return tile.paths[level];
};

/** The streets of a tile by their class, as the base map draws them; these never change. */
export const groundOf = (town, tile, level) => {
  tile.ground[level] ??= sorted(town, tile, level, (i) => ground(town, i));
  return tile.ground[level];
};

const ground = (town, i) => (town.classes[town.cls[i]] === "P1" ? 0 : town.classes[town.cls[i]].startsWith("C") ? 2 : 1);

const sorted = (town, tile, level, codeOf) => {
  const paths = new Map();
  for (const i of tile.streets) {
    const code = codeOf(i);
    if (!paths.has(code)) paths.set(code, new Path2D());
    trace(paths.get(code), town, i, level);
  }
  return paths;
};

/** Forgets how streets were coloured; what is seen is sorted anew at the next frame. */
export const restyle = (town) => {
  for (const tile of town.tiles) tile.paths = [];
};

/** One path of some streets. */
export const together = (town, streets) => {
  const path = new Path2D();
  for (const i of streets) trace(path, town, i, 0);
  return path;
};

const trace = (path, { xy, from }, i, level) => {
  const [begin, end, far] = [from[i], from[i + 1], COARSE_M[level]];
  let [x, y] = [xy[begin], xy[begin + 1]];
  path.moveTo(x, y);
  for (let at = begin + 2; at < end; at += 2) {
    if (at < end - 2 && Math.abs(xy[at] - x) < far * 4 && Math.abs(xy[at + 1] - y) < far * 4 && straight(xy, at, x, y, far)) continue;
    [x, y] = [xy[at], xy[at + 1]];
    path.lineTo(x, y);
  }
};

/** Whether a point lies so near to the line from the last drawn one to the next that it may be left out. */
const straight = (xy, at, x, y, far) => {
  const [dx, dy] = [xy[at + 2] - x, xy[at + 3] - y];
  return Math.abs((xy[at] - x) * dy - (xy[at + 1] - y) * dx) <= far * (Math.hypot(dx, dy) || 1);
};

/** The street nearest to a point within a distance [m], or undefined. ``prefers`` makes some count as nearer. */
export const nearest = (town, x, y, within, prefers) => {
  let found;
  let best = within;
  for (const tile of town.tiles) {
    const [left, top, right, bottom] = tile.box;
    if (x < left - within || x > right + within || y < top - within || y > bottom + within) continue;
    for (const i of tile.streets) {
      const away = distance(town, i, x, y) * (prefers(i) ? 0.7 : 1);
      if (away < best) [best, found] = [away, i];
    }
  }
  return found;
};

const distance = ({ xy, from }, i, x, y) => {
  let best = Infinity;
  for (let at = from[i] + 2; at < from[i + 1]; at += 2) {
    const [ax, ay] = [xy[at - 2], xy[at - 1]];
    const [dx, dy] = [xy[at] - ax, xy[at + 1] - ay];
    const along = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    best = Math.min(best, Math.hypot(x - ax - along * dx, y - ay - along * dy));
  }
  return best;
};

/** Four tones for turer so that neighbours differ where they can: the tone of each item by its place. */
export const tones = (town, itemOf, items) => {
  const meets = new Map();
  const beside = Array.from({ length: items }, () => new Set());
  for (let i = 0; i < town.n; i += 1) {
    const item = itemOf(i);
    if (item < 0) continue;
    for (const at of [town.from[i], town.from[i + 1] - 2]) {
      const key = Math.round(town.xy[at]) * 4_000_037 + Math.round(town.xy[at + 1]);
      const other = meets.get(key);
      if (other === undefined) meets.set(key, item); // one of those that meet there is enough
      else if (other !== item) beside[item].add(other) && beside[other].add(item);
    }
  }
  const found = [];
  for (let item = 0; item < items; item += 1) {
    const used = [0, 0, 0, 0];
    for (const other of beside[item]) if (found[other] !== undefined) used[found[other]] += 1;
    found.push(used.indexOf(Math.min(...used)));
  }
  return found;
};
