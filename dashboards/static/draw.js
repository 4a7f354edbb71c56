// What is painted: colours and widths come from the design's custom properties, so both themes hold.
const ROAD = [1, 2, 3, 4, 5, 6].map((n) => `road-${n}`);
export const STYLES = ["idle", "done", "depth-1", "depth-2", "depth-3", "depth-4", "depth-5", "left", "doing", ...ROAD];
const WIDTHS = { idle: 1.2, done: "--w-1", left: "--w-4", doing: "--w-3", ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`depth-${n}`, `--w-${n}`])), ...Object.fromEntries(ROAD.map((name, n) => [name, `--w-${Math.max(1, n)}`])) };
const NAMES = ["map-ground", "map-idle", "map-label", "done", "doing", "left", "text", "accent", "focus", "surface", "urgency-1", "urgency-3", ...[1, 2, 3, 4, 5].map((n) => `depth-${n}`), ...ROAD];

/** The palette of the present theme: a probe resolves light-dark(). */
export const palette = () => {
  const probe = document.createElement("i");
  document.body.append(probe);
  const colours = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  colours.idle = colours["map-idle"];
  const root = getComputedStyle(document.documentElement);
  const widths = Object.fromEntries(Object.entries(WIDTHS).map(([name, w]) => [name, typeof w === "number" ? w : Number.parseFloat(root.getPropertyValue(w))]));
  return { colours, widths, font: getComputedStyle(document.body).fontFamily };
};

const seen = (view, box, spare = 30) => {
  const [left, top] = view.toScreen(box[0], box[1]);
  const [right, bottom] = view.toScreen(box[2], box[3]);
  return right > -spare && bottom > -spare && left < view.width + spare && top < view.height + spare;
};

/** One frame. */
export const draw = (view, scene, look) => {
  const pen = view.canvas.getContext("2d", { alpha: false });
  pen.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
  pen.fillStyle = look.colours["map-ground"];
  pen.fillRect(0, 0, view.width, view.height);
  if (!scene.town) return;
  const tiles = scene.town.tiles.filter((tile) => seen(view, tile.box));
  const thin = Math.max(0.4, Math.min(1.25, (view.scale / 0.16) ** 0.5));
  worldly(pen, view);
  if (scene.chosen?.path) stroke(pen, view, scene.chosen.path, look.colours.focus, look.widths["depth-5"] * thin + 7);
  for (const name of STYLES) {
    const width = look.widths[name] * (name === "idle" ? Math.max(0.5, thin) : thin);
    const dash = name === "doing" ? [7, 5] : [];
    for (const tile of tiles) {
      const path = tile.paths.get(name);
      if (path) stroke(pen, view, path, look.colours[name], width, dash);
    }
  }
  if (scene.hovered?.path) stroke(pen, view, scene.hovered.path, look.colours.accent, look.widths["depth-5"] * thin + 2);
  pen.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
  const taken = [];
  for (const place of scene.places) dot(pen, view, place, look, place === scene.chosen?.place, taken);
  for (const depot of scene.depots) house(pen, view, depot, look, taken);
  labels(pen, view, tiles, look, taken);
};

const worldly = (pen, view) => {
  const k = view.scale * view.dpr;
  pen.setTransform(k, 0, 0, k, (view.width / 2) * view.dpr - view.x * k, (view.height / 2) * view.dpr - view.y * k);
};

const stroke = (pen, view, path, colour, width, dash = []) => {
  pen.strokeStyle = colour;
  pen.lineWidth = width / view.scale;
  pen.lineCap = dash.length ? "butt" : "round";
  pen.lineJoin = "round";
  pen.setLineDash(dash.map((part) => part / view.scale));
  pen.stroke(path);
  pen.setLineDash([]);
};

const SHAPES = {
  wait: { r: 4, ring: "urgency-1" },
  today: { r: 7.5, fill: "urgency-3" },
  emptied: { r: 6, ring: "done" },
  on: { r: 7, fill: "urgency-3", square: true },
  off: { r: 5, ring: "urgency-1", square: true },
};

/** A waste room is a round mark, a building a square one; filled means that something is done there today. */
const dot = (pen, view, place, look, chosen, taken) => {
  const [x, y] = view.toScreen(place.x, place.y);
  if (x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) return;
  const shape = SHAPES[place.kind];
  const r = shape.r * Math.max(0.7, Math.min(1.3, (view.scale / 0.12) ** 0.3));
  pen.beginPath();
  if (shape.square) pen.rect(x - r, y - r, 2 * r, 2 * r);
  else pen.arc(x, y, r, 0, 2 * Math.PI);
  pen.fillStyle = shape.fill ? look.colours[shape.fill] : look.colours["map-ground"];
  pen.fill();
  pen.lineWidth = shape.fill ? 1.5 : 2.25;
  pen.strokeStyle = shape.fill ? look.colours["map-ground"] : look.colours[shape.ring];
  pen.stroke();
  if (shape.fill) taken.push([x - r, y - r, x + r, y + r]);
  if (!chosen) return;
  pen.beginPath();
  pen.arc(x, y, r + 6, 0, 2 * Math.PI);
  pen.lineWidth = 3;
  pen.strokeStyle = look.colours.focus;
  pen.stroke();
};

const house = (pen, view, depot, look, taken) => {
  const [x, y] = view.toScreen(depot.x, depot.y);
  pen.beginPath();
  pen.moveTo(x - 8, y + 7);
  pen.lineTo(x - 8, y - 1);
  pen.lineTo(x, y - 8);
  pen.lineTo(x + 8, y - 1);
  pen.lineTo(x + 8, y + 7);
  pen.closePath();
  pen.fillStyle = look.colours.text;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = look.colours["map-ground"];
  pen.stroke();
  text(pen, look, depot.name, x, y + 20, 0);
  taken.push([x - 40, y - 10, x + 40, y + 28]);
};

const text = (pen, look, words, x, y, angle) => {
  pen.save();
  pen.translate(x, y);
  pen.rotate(angle);
  pen.font = `500 14px ${look.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = look.colours["map-ground"];
  pen.strokeText(words, 0, 0);
  pen.fillStyle = look.colours["map-label"];
  pen.fillText(words, 0, 0);
  pen.restore();
};

/** Street names along their streets: main streets first, none upon another, fewer from afar. */
const labels = (pen, view, tiles, look, taken) => {
  const deepest = view.scale > 0.45 ? 9 : view.scale > 0.22 ? 1 : view.scale > 0.1 ? 0 : -1;
  const said = new Map();
  const wanted = tiles.flatMap((tile) => tile.names.filter(({ one }) => one.rank <= deepest));
  wanted.sort((a, b) => a.one.rank - b.one.rank || b.size - a.size);
  pen.font = `500 14px ${look.font}`;
  for (const { one } of wanted) {
    const [x, y] = view.toScreen(...one.mid);
    const half = pen.measureText(one.name).width / 2 + 4;
    if (x < half || y < 12 || x > view.width - half || y > view.height - 12) continue;
    if ((said.get(one.name) ?? []).some(([px, py]) => Math.hypot(px - x, py - y) < 320)) continue;
    const angle = Math.abs(one.angle) > Math.PI / 2 ? one.angle + Math.PI : one.angle;
    const [w, h] = [Math.abs(half * Math.cos(angle)) + 8, Math.abs(half * Math.sin(angle)) + 8];
    const box = [x - w, y - h, x + w, y + h];
    if (taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])) continue;
    taken.push(box);
    said.set(one.name, [...(said.get(one.name) ?? []), [x, y]]);
    text(pen, look, one.name, x, y, angle);
    if (taken.length > 70) break;
  }
};
