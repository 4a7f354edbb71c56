// The map page: streets once, how they stand as often as the server says that something changed.
import { draw, palette } from "./draw.js";
import { roadLayer } from "./roads.js";
import { nearest, style, together, unpack } from "./streets.js";
import { View } from "./view.js";
import { watch } from "./watch.js";

const one = (selector) => document.querySelector(selector);
const box = one("#chart");
const canvas = one(".canvas");
const note = one("#chart-note");
const said = one("#said");
const words = JSON.parse(one("#map-words").textContent);
const base = document.body.dataset.base;
const domain = box.dataset.domain;
const PLACE = "dagsplan-map";

const scene = { town: undefined, state: undefined, places: [], depots: [], chosen: undefined, hovered: undefined };
let look = palette();
let colour = "depth";
let waiting = false;

const redraw = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    draw(view, scene, look);
    measure();
  });
};

const tell = (text) => {
  note.hidden = !text;
  note.textContent = text ?? "";
};

// ---- What a street or a place is -----------------------------------------------------------------------------

const DONE = { done: "done", started: "doing" };
const stateOf = (item) => (item ? DONE[item.state] ?? "left" : undefined);
const planned = (street) => scene.state?.segments?.[street.id];
const itemOf = (street) => {
  const found = planned(street);
  return found && scene.state.items[found[0]];
};
const step = (cm) => (cm < 1 ? 1 : cm < 3 ? 2 : cm < 5 ? 3 : cm < 10 ? 4 : 5);

const styleOf = (street) => {
  if (colour === "road") return roads.style(street);
  const found = planned(street);
  if (!found) return "idle";
  const state = stateOf(scene.state.items[found[0]]);
  if (colour === "status") return state;
  return found[1] === null || state === "done" ? "done" : `depth-${step(found[1])}`;
};

const kindOf = (place) => {
  if ("heated" in place) return place.heated ? "on" : "off";
  if (place.item === null) return "wait";
  return scene.state.items[place.item].state === "done" ? "emptied" : "today";
};

// ---- The panel -----------------------------------------------------------------------------------------------

const line = (kind, text) => {
  const element = document.createElement(kind === "h3" ? "h3" : "p");
  if (kind !== "h3") element.className = kind;
  element.textContent = text;
  return element;
};

const about = (item) => {
  const title = line("rule", "");
  const strong = document.createElement("strong");
  strong.textContent = item.title;
  title.append(strong);
  const parts = [title, line("under", [item.under, item.action].filter(Boolean).join(" · "))];
  parts.push(line("line", item.status));
  if (item.figure) parts.push(line("line", [item.figure, item.beside, item.limit].filter(Boolean).join(", ")));
  parts.push(line("under", [item.times, item.vehicle].filter(Boolean).join(" · ")));
  const link = document.createElement("a");
  link.href = `${base}/idag?domain=${domain}&open=${encodeURIComponent(item.key)}#${item.anchor}`;
  link.textContent = words.to_row;
  parts.push(link);
  return parts;
};

const streetWords = (street) => {
  const found = planned(street);
  const parts = [line("h3", street.name || words.no_name), line("under", words.class.replace("{name}", street.cls))];
  if (colour === "road") return [...parts, roads.words(street, scene.chosen?.street === street), ...(found ? about(scene.state.items[found[0]]) : [])];
  if (!found) return [...parts, line("line", words.not_planned)];
  if (found[1] !== null) parts.push(line("figure", words.depth.replace("{depth}", found[1].toFixed(1).replace(".", words.comma))));
  return [...parts, ...about(scene.state.items[found[0]])];
};

const placeWords = (place) => {
  const parts = [line("h3", place.name)];
  for (const reason of place.reasons ?? []) parts.push(line("line", reason));
  if (place.item === null) return [...parts, line("line", "heated" in place ? words.not_planned : words.room_wait)];
  return [...parts, ...about(scene.state.items[place.item])];
};

const show = (thing) => {
  if (!thing) said.replaceChildren(line("muted", words.hint));
  else said.replaceChildren(...(thing.place ? placeWords(thing.place) : streetWords(thing.street)));
};

// ---- Pointing ------------------------------------------------------------------------------------------------

const at = ([x, y], reach) => {
  const within = reach / view.scale;
  const place = scene.places
    .map((spot) => [Math.hypot(spot.x - x, spot.y - y), spot])
    .filter(([away]) => away < within * 1.4)
    .sort((a, b) => a[0] - b[0])[0]?.[1];
  if (place) return { place };
  const street = scene.town && nearest(scene.town.tiles, x, y, within, planned);
  return street && { street };
};

const pathOf = (thing, whole) => {
  if (!thing?.street) return undefined;
  const found = whole && planned(thing.street);
  const streets = found ? scene.town.streets.filter((other) => planned(other)?.[0] === found[0]) : [thing.street];
  return together(streets);
};

const choose = (thing) => {
  scene.chosen = thing && { ...thing, path: pathOf(thing, colour !== "road") };
  show(thing);
  redraw();
};

const hover = (point) => {
  const thing = point && at(point, 8);
  canvas.classList.toggle("is-over", Boolean(thing));
  if (thing?.street === scene.hovered?.street && thing?.place === scene.hovered?.place) return;
  scene.hovered = thing && { ...thing, path: pathOf(thing, false) };
  show(thing ?? scene.chosen);
  redraw();
};

const view = new View(canvas, {
  changed: redraw,
  hover,
  pick: (point, how) => {
    const thing = at(point, how === "mouse" ? 10 : 22);
    choose(thing);
    if (!thing && how === "keyboard") said.replaceChildren(line("muted", words.nothing));
  },
});

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
  for (const item of scene.state.items) found[stateOf(item)] = (found[stateOf(item)] ?? 0) + 1;
  for (const place of scene.places) found[place.kind] = (found[place.kind] ?? 0) + 1;
  for (const cell of document.querySelectorAll("[data-n]")) cell.textContent = found[cell.dataset.n] ?? 0;
};

const credit = (credits) => {
  one("#origin").textContent = credits.join(" · ");
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
  if (kept && kept.streets === scene.town.streets.length) Object.assign(view, { x: kept.x, y: kept.y, scale: view.bounded(kept.scale) });
  else view.fit(scene.town.box);
};

const seek = () => {
  const key = new URLSearchParams(location.search).get("key");
  const place = scene.state.items.findIndex((item) => item.key === key);
  if (place < 0) return;
  const streets = scene.town.streets.filter((street) => planned(street)?.[0] === place);
  const spots = scene.places.filter((spot) => spot.item === place);
  const xs = [...streets.flatMap((street) => street.mid[0]), ...spots.map((spot) => spot.x)];
  const ys = [...streets.flatMap((street) => street.mid[1]), ...spots.map((spot) => spot.y)];
  if (!xs.length) return;
  view.fit({ left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }, 90);
  view.scale = Math.min(view.scale, 1.2);
  choose(streets.length ? { street: streets[0] } : { place: spots[0] });
};

const located = (spot) => {
  const [x, y] = scene.town.place(spot.lon, spot.lat);
  return { ...spot, x, y };
};

const stand = async () => {
  scene.state = await json(`map/${domain}.json`);
  credit(scene.state.credits);
  scene.places = (scene.state.places ?? []).map(located);
  for (const place of scene.places) place.kind = kindOf(place);
  scene.places.sort((a, b) => Number(a.item !== null) - Number(b.item !== null));
  scene.depots = scene.state.depots.map(located);
  style(scene.town.tiles, styleOf);
  count();
  redraw();
};

const begin = async () => {
  tell(words.loading);
  try {
    const raw = await json("segments.json");
    if (!raw.bbox) return tell(words.no_streets);
    scene.town = unpack(raw);
    settle();
    await stand();
    seek();
    tell();
    canvas.dataset.ready = "yes";
  } catch {
    tell(words.failed);
  }
  return undefined;
};

let version;
watch({
  lost: () => {},
  state: (plans) => {
    const now = JSON.stringify(plans[domain] ?? null);
    if (version !== undefined && now !== version && scene.town) {
      stand()
        .then(() => roads?.renew())
        .catch(() => tell(words.failed));
    }
    version = now;
  },
});

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
  look = palette();
  redraw();
};
document.addEventListener("theme", themed);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themed);
window.addEventListener("pagehide", () => {
  if (scene.town) sessionStorage.setItem(PLACE, JSON.stringify({ x: view.x, y: view.y, scale: view.scale, streets: scene.town.streets.length }));
});

// ---- What the colours mean -----------------------------------------------------------------------------------

const restyle = () => {
  if (scene.town && scene.state) style(scene.town.tiles, styleOf);
  if (scene.chosen) {
    scene.chosen.path = pathOf(scene.chosen, colour !== "road");
    show(scene.chosen);
  }
  redraw();
};

const recolour = async (name) => {
  colour = name;
  for (const list of document.querySelectorAll("[data-legend]")) list.hidden = list.dataset.legend !== colour;
  const missing = name === "road" && (await roads.load().then(() => undefined, () => words.failed));
  if (colour !== name) return;
  roads.shown(name === "road");
  restyle();
  tell(missing || undefined);
  canvas.dataset.colour = name;
};

const switcher = one("#colour");
if (switcher) {
  switcher.hidden = false;
  switcher.addEventListener("change", (event) => recolour(event.target.value));
}
const roads = switcher && roadLayer({ words, base, json, changed: restyle });
begin();
