// What stands upon the lines: marks of rooms and buildings, crosses, numbers of turer, vehicles, names. What comes
// first takes its place, and nothing is written over another.
import { widthAt } from "./styles.js";

/** Whether a box [left, top, right, bottom] touches none of those taken. */
const free = (box, taken) => !taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3]);
const inside = (view, x, y, spare = 0) => x > spare && y > spare && x < view.width - spare && y < view.height - spare;

const SHAPES = {
  wait: { r: 4, ring: "urgency-1" },
  today: { r: 7.5, fill: "urgency-3" },
  emptied: { r: 6, ring: "done" },
  on: { r: 7, fill: "urgency-3", square: true },
  off: { r: 5, ring: "urgency-1", square: true },
};

/** A waste room is a round mark, a building a square one; filled means that something is done there today. */
export const places = (pen, view, scene, look, taken) => {
  for (const place of scene.places) {
    const [x, y] = view.toScreen(place.x, place.y);
    if (!inside(view, x, y, -20)) continue;
    const shape = SHAPES[place.kind];
    const r = shape.r * Math.max(0.7, Math.min(1.3, (view.scale / 0.12) ** 0.3));
    if (place === scene.chosen?.place) ring(pen, x, y, r, look);
    pen.beginPath();
    if (shape.square) pen.rect(x - r, y - r, 2 * r, 2 * r);
    else pen.arc(x, y, r, 0, 2 * Math.PI);
    pen.fillStyle = look.colours[shape.fill ?? "map-ground"];
    pen.fill();
    pen.lineWidth = shape.fill ? 1.5 : 2.25;
    pen.strokeStyle = look.colours[shape.fill ? "map-ground" : shape.ring];
    pen.stroke();
    if (shape.fill) taken.push([x - r, y - r, x + r, y + r]);
  }
};

const ring = (pen, x, y, r, look) => {
  for (const [more, name] of [[8, "st-select"], [5, "st-select-gap"]]) {
    pen.beginPath();
    pen.arc(x, y, r + more, 0, 2 * Math.PI);
    pen.fillStyle = look.colours[name];
    pen.fill();
  }
};

export const depots = (pen, view, scene, look, taken) => {
  for (const depot of scene.depots) {
    const [x, y] = view.toScreen(depot.x, depot.y);
    if (!inside(view, x, y, -40)) continue;
    pen.beginPath();
    for (const [dx, dy] of [[-8, 7], [-8, -1], [0, -8], [8, -1], [8, 7]]) pen.lineTo(x + dx, y + dy);
    pen.closePath();
    pen.fillStyle = look.colours.text;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = look.colours["map-ground"];
    pen.stroke();
    const half = write(pen, look, depot.name, x, y + 20, 0) / 2;
    taken.push([x - half, y - 10, x + half, y + 28]);
  }
};

const write = (pen, look, words, x, y, angle, { colour = "bas-label", halo = "bas-label-halo", off = 0, style = "" } = {}) => {
  pen.save();
  pen.translate(x, y);
  pen.rotate(angle);
  pen.font = `${style} 500 14px ${look.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3.5;
  pen.strokeStyle = look.colours[halo];
  pen.strokeText(words, 0, -off);
  pen.fillStyle = look.colours[colour];
  pen.fillText(words, 0, -off);
  const wide = pen.measureText(words).width;
  pen.restore();
  return wide;
};

/** A crossed mark on streets that are not reached, where there is room for it. */
export const crosses = (view, scene, tiles, zoom, taken) => {
  const made = [];
  if (!scene.crossed || zoom < 12.5) return made;
  for (const tile of tiles) {
    for (const i of tile.streets) {
      if (!scene.crossed(i) || scene.town.size[i] * view.scale < 34) continue;
      const [x, y] = view.toScreen(scene.town.mid[2 * i], scene.town.mid[2 * i + 1]);
      const box = [x - 12, y - 12, x + 12, y + 12];
      if (!inside(view, x, y) || !free(box, taken)) continue;
      taken.push(box);
      made.push((pen, look) => cross(pen, x, y, look));
    }
  }
  return made;
};

const cross = (pen, x, y, look) => {
  pen.beginPath();
  pen.arc(x, y, 7.5, 0, 2 * Math.PI);
  pen.fillStyle = look.colours.surface;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = look.colours["st-unreached"];
  pen.stroke();
  pen.beginPath();
  for (const [dx, dy] of [[-3, -3], [3, -3]]) {
    pen.moveTo(x + dx, y + dy);
    pen.lineTo(x - dx, y - dy);
  }
  pen.lineWidth = 2;
  pen.lineCap = "round";
  pen.stroke();
};

/** Numbers of turer, each once, where they collide with nothing; those that find no room are counted on a neighbour. */
export const badges = (view, scene, taken, pen, look, zoom) => {
  const apart = zoom < 12.5 ? 40 : 0; // from afar fewer of them, each for more
  pen.font = `700 14px ${look.font}`;
  const made = [];
  const said = new Set();
  const order = [...scene.numbers].sort((a, b) => Number(b.chosen) - Number(a.chosen));
  for (const number of order) {
    if (said.has(number.code)) continue;
    const half = (number.half ??= pen.measureText(number.code).width / 2 + 6);
    const spots = number.spots.map(([wx, wy]) => view.toScreen(wx, wy)).filter(([x, y]) => inside(view, x, y, 14));
    if (!spots.length) continue;
    said.add(number.code);
    const spot = spots.find(([x, y]) => free([x - half - 2, y - 13, x + half + 2, y + 13], taken) && free([x - half - apart, y - 13 - apart, x + half + apart, y + 13 + apart], made.map(around)));
    if (!spot) {
      const [x, y] = spots[0];
      const near = made.toSorted((a, b) => Math.hypot(a.x - x, a.y - y) - Math.hypot(b.x - x, b.y - y))[0];
      if (near && Math.hypot(near.x - x, near.y - y) < 60 + 3 * apart) gather(near, pen);
      continue;
    }
    const badge = { ...number, text: number.code, x: spot[0], y: spot[1], half, more: 0 };
    taken.push([badge.x - half - 2, badge.y - 13, badge.x + half + 2, badge.y + 13]);
    made.push(badge);
  }
  scene.hits = made;
  return made.map((badge) => (pen2, look2) => number(pen2, badge, look2));
};

const around = ({ x, y, half }) => [x - half, y - 13, x + half, y + 13];

/** Counts one more on a number: "P1-2 +3". */
const gather = (badge, pen) => {
  badge.more += 1;
  badge.text = `${badge.code} +${badge.more}`;
  badge.half = pen.measureText(badge.text).width / 2 + 6;
};

const number = (pen, { x, y, half, text, chosen, unmanned }, look) => {
  pen.beginPath();
  pen.roundRect(x - half, y - 11, 2 * half, 22, 4);
  pen.fillStyle = look.colours[chosen ? "st-select" : unmanned ? "stop" : "surface"];
  pen.fill();
  pen.lineWidth = chosen ? 2 : 1.5;
  pen.strokeStyle = look.colours[chosen ? "st-select-gap" : unmanned ? "stop" : "text"];
  pen.stroke();
  pen.font = `700 14px ${look.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = look.colours[chosen ? "st-select-gap" : unmanned ? "on-stop" : "text"];
  pen.fillText(text, x, y + 0.5);
};

/** Vehicles that are out: an arrow, or a dashed ring where it has said nothing for long, with name and age beside it. */
export const vehicles = (view, scene, taken, pen, look) => {
  const made = [];
  for (const one of scene.vehicles) {
    const [x, y] = view.toScreen(one.x, one.y);
    if (!inside(view, x, y, -10)) continue;
    taken.push([x - 13, y - 13, x + 13, y + 13]);
    pen.font = `700 14px ${look.font}`;
    const name = pen.measureText(`${one.name} `).width;
    pen.font = `500 14px ${look.font}`;
    const wide = name + pen.measureText(one.age).width + 14;
    const sides = [[18, -11], [-18 - wide, -11], [-wide / 2, -38], [-wide / 2, 16]].map(([dx, dy]) => [x + dx, y + dy, x + dx + wide, y + dy + 22]);
    const fits = (box) => box[0] > 0 && box[1] > 0 && box[2] < view.width && box[3] < view.height;
    const box = sides.find((side) => fits(side) && free(side, taken)) ?? sides.find(fits) ?? sides[0];
    taken.push(box);
    made.push((pen2, look2) => vehicle(pen2, one, x, y, box, name, look2));
  }
  return made;
};

const vehicle = (pen, one, x, y, box, name, look) => {
  pen.save();
  pen.translate(x, y);
  pen.beginPath();
  if (one.old || one.heading === null) pen.arc(0, 0, one.old ? 8 : 6.5, 0, 2 * Math.PI);
  else {
    pen.rotate((one.heading * Math.PI) / 180);
    for (const [dx, dy] of [[0, -12], [8.5, 9], [0, 5], [-8.5, 9]]) pen.lineTo(dx, dy);
  }
  pen.closePath();
  pen.lineJoin = "round";
  pen.lineWidth = 6;
  pen.strokeStyle = look.colours.surface;
  pen.stroke();
  pen.fillStyle = look.colours[one.old ? "surface" : "text"];
  pen.fill();
  if (one.old) {
    pen.setLineDash([3, 2.5]);
    pen.lineWidth = 2.5;
    pen.strokeStyle = look.colours.warn;
    pen.stroke();
    pen.setLineDash([]);
  }
  pen.restore();
  tag(pen, one, box, name, look);
};

const tag = (pen, one, [left, top, right, bottom], name, look) => {
  pen.beginPath();
  pen.roundRect(left, top, right - left, bottom - top, 3);
  pen.fillStyle = look.colours[one.old ? "warn-soft" : "text"];
  pen.fill();
  if (one.old) {
    pen.lineWidth = 1.5;
    pen.strokeStyle = look.colours.warn;
    pen.stroke();
  }
  pen.fillStyle = look.colours[one.old ? "on-warn-soft" : "surface"];
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.font = `700 14px ${look.font}`;
  pen.fillText(one.name, left + 7, (top + bottom) / 2 + 0.5);
  pen.font = `500 14px ${look.font}`;
  pen.fillText(one.age, left + 7 + name, (top + bottom) / 2 + 0.5);
};

/** Names of waters, parks and streets: beside their line, main streets first, none upon another, fewer from afar. */
export const names = (pen, view, scene, tiles, look, zoom, taken) => {
  for (const label of scene.base?.labels ?? []) ground(pen, view, label, look, zoom, taken);
  const { town } = scene;
  const deepest = view.width < 500 ? (zoom > 15.5 ? 9 : zoom > 12.5 ? 0 : -1) : zoom > 14.1 ? 9 : zoom > 13.1 ? 1 : zoom > 12 ? 0 : -1;
  const wanted = tiles.flatMap((tile) => tile.names.filter((i) => town.cls[i] <= deepest));
  wanted.sort((a, b) => town.cls[a] - town.cls[b] || town.size[b] - town.size[a]);
  const said = new Map();
  const off = 4 + widthAt([5, 7, 9], zoom);
  pen.font = `500 14px ${look.font}`;
  let room = 60;
  for (const i of wanted) {
    const [x, y] = view.toScreen(town.mid[2 * i], town.mid[2 * i + 1]);
    const name = town.name(i);
    if (!inside(view, x, y, 12) || (said.get(name) ?? []).some(([px, py]) => Math.hypot(px - x, py - y) < 320)) continue;
    const half = pen.measureText(name).width / 2 + 3;
    const flip = Math.abs(town.angle[i]) > Math.PI / 2;
    const angle = flip ? town.angle[i] + Math.PI : town.angle[i];
    const boxes = along(x + Math.sin(angle) * off, y - Math.cos(angle) * off, half, angle);
    if (!boxes.every((box) => free(box, taken) && box[0] > 0 && box[2] < view.width)) continue;
    taken.push(...boxes);
    said.set(name, [...(said.get(name) ?? []), [x, y]]);
    write(pen, look, name, x, y, angle, { off });
    if ((room -= 1) < 0) break;
  }
};

/** A line of words at an angle as some small boxes along it. */
const along = (x, y, half, angle) => {
  const n = Math.max(1, Math.ceil(half / 12));
  return Array.from({ length: 2 * n + 1 }, (_, k) => {
    const far = ((k - n) / n) * (half - 8);
    const [px, py] = [x + Math.cos(angle) * far, y + Math.sin(angle) * far];
    return [px - 9, py - 9, px + 9, py + 9];
  });
};

const ground = (pen, view, label, look, zoom, taken) => {
  if (label.kind !== "place" && zoom < 13.4) return;
  const [x, y] = view.toScreen(label.x, label.y);
  pen.font = `500 14px ${look.font}`;
  const half = pen.measureText(label.name).width / 2 + 4;
  const box = [x - half, y - 9, x + half, y + 9];
  if (!inside(view, x, y, half > view.width / 2 ? 0 : 10) || !free(box, taken)) return;
  taken.push(box);
  const kinds = { water: ["bas-label-water", "bas-water", "italic"], park: ["bas-label-park", "bas-park", ""] };
  const [colour, halo, style] = kinds[label.kind] ?? ["muted", "bas-land", ""];
  write(pen, look, label.name, x, y, 0, { colour, halo, style });
};
