// The map page: streets once, how they stand as often as the server says that something changed.
import { unpackBase } from "./bas.js";
import { beside } from "./beside.js";
import { frames } from "./frames.js";
import { hourLayers } from "./roads.js";
import { nearest, restyle, together, tones, unpack } from "./streets.js";
import { code, palette } from "./styles.js";
import { View } from "./view.js";
import { watch } from "./watch.js";

const one = (selector) => document.querySelector(selector);
const box = one("#chart");
const canvas = one(".canvas");
const note = one("#chart-note");
const words = JSON.parse(one("#map-words").textContent);
const base = document.body.dataset.base;
const domain = box.dataset.domain;
const PLACE = "dagsplan-map";
const AGAIN_MS = Number(box.dataset.again); // the clock goes on and ages grow though nothing comes in

const scene = { town: undefined, state: undefined, base: undefined, places: [], depots: [], vehicles: [], numbers: [], codes: undefined, chosen: undefined, hovered: undefined };
let look = palette(box);
let colour = "status";

const tell = (text) => {
  note.hidden = !text;
  note.textContent = text ?? "";
};

const { ask, paint } = frames({ canvas, scene, view: () => view, look: () => look, drawn: () => measure() });
const redraw = () => ask();

// ---- What a street or a place is -----------------------------------------------------------------------------

const LINES = { left: "left", doing_left: "doing", doing_done: "done", done: "done", unreachable: "unreached", not_covered: "unreached", no_vehicle: "unmanned", not_needed: "idle" };
const live = { item: undefined, state: undefined, line: undefined, theirs: new Set() };
const itemOf = (i) => live.item?.[i] ?? -1;
const stateOf = (i) => live.state?.[i];

const statusCode = (i) => {
  const state = stateOf(i);
  if (!state || live.theirs.has(i)) return code.none;
  return code[LINES[state]];
};

/** Tones are found once they are asked for: it takes a look at every crossing. */
const tonesOf = () => (live.tones ??= tones(scene.town, itemOf, scene.state.items.length));
const turCode = (i) => (itemOf(i) >= 0 ? code[`tone-${"abcd"[tonesOf()[itemOf(i)]]}`] : statusCode(i));

const codeOf = () => ({ status: statusCode, tur: turCode })[colour] ?? hours.codeOf;

const recode = () => {
  const of = codeOf();
  const codes = new Uint8Array(scene.town.n);
  for (let i = 0; i < codes.length; i += 1) codes[i] = of(i);
  scene.codes = codes;
  const crossed = colour === "status" || colour === "tur";
  scene.crossed = crossed ? (i) => codes[i] === code.unreached : undefined;
  restyle(scene.town);
};

const kindOf = (place) => {
  if ("heated" in place) return place.heated ? "on" : "off";
  if (place.item === null) return "wait";
  return scene.state.items[place.item].state === "done" ? "emptied" : "today";
};

const rowsOf = (item) => {
  const found = [];
  for (let i = 0; i < scene.town.n; i += 1) if (itemOf(i) === item) found.push(i);
  return found;
};

/** Where a number may stand: on its streets, those nearest to the middle of them first. */
const spotsOf = (rows) => {
  const { mid } = scene.town;
  const [x, y] = [0, 1].map((side) => rows.reduce((sum, i) => sum + mid[2 * i + side], 0) / rows.length);
  const spots = rows.map((i) => [mid[2 * i], mid[2 * i + 1]]);
  return spots.sort((a, b) => Math.hypot(a[0] - x, a[1] - y) - Math.hypot(b[0] - x, b[1] - y)).slice(0, 40);
};

const numbered = () => {
  const by = new Map();
  for (let i = 0; i < scene.town.n; i += 1) {
    const item = itemOf(i);
    if (item < 0) continue;
    if (by.has(item)) by.get(item).push(i);
    else by.set(item, [i]);
  }
  const numbers = [...by].map(([item, rows]) => ({ item, key: scene.state.items[item].key, code: scene.state.items[item].code, spots: spotsOf(rows) }));
  for (const one of scene.state.not_cared ?? []) {
    const rows = one.kind === "no_vehicle" && one.target ? one.segments.map((id) => scene.town.row.get(id)).filter((i) => i !== undefined) : [];
    if (rows.length) numbers.push({ item: -1, key: `-${one.target}`, code: one.target, unmanned: true, rows, spots: spotsOf(rows) });
  }
  return numbers.filter((number) => number.code);
};

// ---- What is chosen ------------------------------------------------------------------------------------------

const streetWords = (i) => {
  const part = document.createElement("div");
  part.className = "k-street";
  const { line } = side;
  const name = scene.town.name(i);
  part.append(line("h3", name || words.no_name), line("under", words.class.replace("{name}", scene.town.classes[scene.town.cls[i]])));
  if (name && words.note) part.append(side.noting(name)); // only where the day page has a form for it
  if (hours?.when()) part.append(hours.words(i));
  const text = scene.state.streets?.texts[scene.state.streets.text[i]];
  if (text) part.append(line("line", text));
  else if (itemOf(i) < 0) part.append(line("line", words.not_planned));
  return part;
};

const placeWords = (place) => {
  const { line } = side;
  const parts = [line("h3", place.name), ...(place.reasons ?? []).map((reason) => line("line", reason))];
  if (place.item === null) return [...parts, line("line", "heated" in place ? words.not_planned : words.room_wait)];
  return [...parts, side.tur(scene.state.items[place.item])];
};

const itemWords = (thing) => (thing.item >= 0 ? [side.tur(scene.state.items[thing.item])] : [side.line("h3", thing.title), side.line("line", thing.why)]);

const wordsOf = (thing) => {
  if (thing.place) return placeWords(thing.place);
  if (thing.street === undefined) return itemWords(thing);
  return [streetWords(thing.street), ...(thing.item >= 0 ? itemWords(thing) : [])];
};

const choose = (thing, how = {}) => {
  scene.chosen = thing && { ...thing };
  if (thing && !thing.place) scene.chosen.path = together(scene.town, thing.rows);
  const key = thing?.key ?? (thing?.item >= 0 ? scene.state.items[thing.item].key : undefined);
  for (const number of scene.numbers) number.chosen = key !== undefined && number.key === key;
  side.press(key);
  if (thing) side.show(wordsOf(thing), how);
  else side.hint(words.hint);
  canvas.dataset.chosen = key ?? (thing ? "street" : "");
  redraw();
};

const ofItem = (item) => ({ item, key: scene.state.items[item].key, rows: rowsOf(item) });
const ofStreet = (i) => (itemOf(i) >= 0 && !hours?.when() ? { ...ofItem(itemOf(i)), street: i } : { street: i, item: itemOf(i), rows: [i] });

const ofKey = (key) => {
  const uncared = scene.state.not_cared?.find((one) => `-${one.target}` === key);
  if (uncared) return { item: -1, key, title: uncared.title, why: uncared.why, rows: uncared.segments.map((id) => scene.town.row.get(id)).filter((i) => i !== undefined) };
  const item = scene.state.items.findIndex((one) => one.key === key);
  if (item < 0) return undefined;
  const rows = rowsOf(item);
  const place = rows.length ? undefined : scene.places.find((spot) => spot.item === item);
  return place ? { place, item, key } : { item, key, rows };
};

/** Chooses by key, and looks at it where it is not seen. */
const seek = (key, how) => {
  const thing = ofKey(key);
  if (!thing) return;
  const rows = thing.rows ?? [];
  const xs = thing.place ? [thing.place.x] : rows.map((i) => scene.town.mid[2 * i]);
  const ys = thing.place ? [thing.place.y] : rows.map((i) => scene.town.mid[2 * i + 1]);
  choose(thing, how);
  if (xs.length) view.reveal({ left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }, side.covers(canvas));
};

// ---- Pointing ------------------------------------------------------------------------------------------------

const at = ([x, y], reach) => {
  const [px, py] = view.toScreen(x, y);
  const badge = scene.hits?.find((hit) => Math.abs(hit.x - px) < hit.half + 2 && Math.abs(hit.y - py) < 13);
  if (badge) return ofKey(badge.key);
  const within = reach / view.scale;
  const place = scene.places
    .map((spot) => [Math.hypot(spot.x - x, spot.y - y), spot])
    .filter(([away]) => away < within * 1.4)
    .sort((a, b) => a[0] - b[0])[0]?.[1];
  if (place) return { place, item: place.item ?? -1 };
  const street = scene.town && nearest(scene.town, x, y, within, (i) => itemOf(i) >= 0);
  return street === undefined ? undefined : ofStreet(street);
};

const hover = (spot) => {
  const [x, y] = spot ?? [];
  const street = spot && scene.town ? nearest(scene.town, x, y, 8 / view.scale, (i) => itemOf(i) >= 0) : undefined;
  canvas.classList.toggle("is-over", street !== undefined);
  if (street === scene.hovered?.street) return;
  scene.hovered = street === undefined ? undefined : { street, path: together(scene.town, [street]) };
  ask({ over: true });
};

const view = new View(canvas, {
  changed: () => ask({ moved: true }),
  hover,
  leave: () => choose(undefined),
  pick: (spot, how) => {
    if (!scene.state) return;
    const thing = at(spot, how === "mouse" ? 10 : 22);
    choose(thing);
    if (thing) view.uncover(spot, side.covers(canvas));
    else if (how === "keyboard") side.hint(words.nothing);
  },
});
const side = beside({ base, domain, words, pick: (key) => scene.state && seek(key), close: () => choose(undefined) || canvas.focus() });

// ---- Scale, origin, legend -----------------------------------------------------------------------------------

const measure = () => {
  const metres = 90 / view.scale;
  const power = 10 ** Math.floor(Math.log10(metres));
  const round = power * (metres / power >= 5 ? 5 : metres / power >= 2 ? 2 : 1);
  const bar = one("#scale");
  bar.style.width = `${Math.round(round * view.scale)}px`;
  bar.firstElementChild.textContent = round >= 1000 ? `${round / 1000} km` : `${round} m`;
};

const count = () => {
  const found = {};
  for (const place of scene.places) found[place.kind] = (found[place.kind] ?? 0) + 1;
  for (const cell of document.querySelectorAll("[data-n]")) cell.textContent = found[cell.dataset.n] ?? 0;
};

const clock = () => {
  const when = hours?.when() ?? { clock: scene.state.clock, follows: true };
  one("#clock").textContent = when.follows ? scene.state.clock : words.shows.replace("{clock}", when.clock);
  one("#clock").classList.toggle("is-moved", !when.follows);
  one("#follows").hidden = !when.follows;
  one("#to-now").hidden = when.follows;
};

// ---- Fetching ------------------------------------------------------------------------------------------------

const json = async (path) => {
  const response = await fetch(`${base}/api/v1/${path}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(path);
  return response.json();
};

const settle = () => {
  const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  view.limits = [view.fitting(scene.town.box) / 2, 4];
  if (kept && kept.streets === scene.town.n) Object.assign(view, { x: kept.x, y: kept.y, scale: view.bounded(kept.scale) });
  else view.fit(scene.town.box);
};

const located = (spot) => {
  const [x, y] = scene.town.place(spot.lon, spot.lat);
  return { ...spot, x, y };
};

/** Takes in how things stand; the streets anew where they were imported since. */
const take = async (state) => {
  if (state.streets && scene.town.stamp !== state.streets.stamp) scene.town = unpack(await json("segments.json"));
  scene.state = state;
  const { streets } = state;
  live.item = streets?.item;
  live.state = streets?.state.map((n) => streets.states[n]);
  live.theirs = new Set(streets?.theirs);
  live.tones = undefined;
  one("#origin").textContent = state.credits.join(" · ");
  scene.places = (state.places ?? []).map(located);
  for (const place of scene.places) place.kind = kindOf(place);
  scene.places.sort((a, b) => Number(a.item !== null) - Number(b.item !== null));
  scene.depots = state.depots.map(located);
  scene.vehicles = (state.vehicles ?? []).map(located);
  scene.numbers = numbered();
};

const show = () => {
  recode();
  count();
  clock();
  redraw();
};

const stand = async () => {
  await take(await json(`map/${domain}.json?segments=0`));
  show();
  if (!side.held()) again();
};

/** What is chosen is told anew, as it stands now. */
const again = () => {
  if (!scene.chosen) return;
  const { key, street, place } = scene.chosen;
  const thing = key ? ofKey(key) : street !== undefined ? ofStreet(street) : { place: scene.places.find((spot) => spot.id === place.id) };
  if (thing && (thing.rows || thing.place)) choose({ ...thing, street }, { quiet: true });
};

const begin = async () => {
  tell(words.loading);
  try {
    const [raw, state] = await Promise.all([json("segments.json"), json(`map/${domain}.json?segments=0`)]);
    if (!raw.bbox) return tell(words.no_streets);
    scene.town = unpack(raw);
    settle();
    await take(state);
    show();
    const key = new URLSearchParams(location.search).get("key");
    if (key) seek(key);
    tell();
    redraw();
    paint();
    canvas.dataset.ready = "yes";
    canvas.dataset.colour = colour;
    await ground();
  } catch (error) {
    console.info(error);
    tell(words.failed);
  }
  return undefined;
};

/** The base map comes last; lines and list stand without it. */
const ground = async () => {
  try {
    scene.base = unpackBase(await json("map/base.json"), scene.town.place);
    redraw();
  } catch {
    tell(words.no_base);
  }
  canvas.dataset.ground = "yes";
};

const renew = () => {
  if (!scene.town) return;
  Promise.all([stand(), side.renew()])
    .then(() => hours?.renew(scene.town))
    .then(() => hours?.when() && show())
    .catch(() => tell(words.failed));
};

let version;
watch({
  lost: () => {},
  state: (plans) => {
    const now = JSON.stringify(plans[domain] ?? null);
    if (version !== undefined && now !== version) renew();
    version = now;
  },
});
setInterval(() => document.visibilityState === "visible" && renew(), AGAIN_MS);

for (const button of document.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => {
    if (button.dataset.zoom === "whole") scene.town && view.fit(scene.town.box);
    else view.zoom(button.dataset.zoom === "in" ? 1.6 : 1 / 1.6);
  });
}
const cross = one(".cross");
canvas.addEventListener("focus", () => (cross.hidden = !canvas.matches(":focus-visible")));
canvas.addEventListener("blur", () => (cross.hidden = true));
const themed = () => {
  look = palette(box);
  redraw();
};
document.addEventListener("theme", themed);
for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) matchMedia(query).addEventListener("change", themed);
window.addEventListener("pagehide", () => {
  if (scene.town) sessionStorage.setItem(PLACE, JSON.stringify({ x: view.x, y: view.y, scale: view.scale, streets: scene.town.n }));
});

// ---- What the colours mean -----------------------------------------------------------------------------------

const recolour = async (name) => {
  colour = name;
  for (const list of document.querySelectorAll("[data-legend]")) list.hidden = list.dataset.legend !== colour;
  const hourly = name === "road" || name === "depth";
  const missing = hourly && (await hours.load(scene.town).then(() => (hours.missing() ? words[`no_${name}`] : undefined), () => words.failed));
  if (colour !== name) return;
  if (hourly && missing) colour = "status"; // no street keeps a colour that the legend explains otherwise
  hours.shown(hourly && !missing ? name : undefined);
  show();
  again();
  tell(missing || undefined);
  colour = name;
  canvas.dataset.colour = name;
};

const switcher = one("#colour");
if (switcher) {
  switcher.hidden = false;
  switcher.addEventListener("change", (event) => scene.state && recolour(event.target.value));
}
const hours = switcher && hourLayers({ words, base, json, now: () => Date.parse(scene.state.at), changed: () => { show(); again(); } });
begin();
