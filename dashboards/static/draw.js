// One frame: ground, streets, the chosen tur's tube, states, names, marks, numbers, vehicles, in this order.
import { drawBase } from "./bas.js";
import { badges, crosses, depots, names, places, vehicles } from "./marks.js";
import { EDGE, GROUND, STYLES, TUBE, passesOf, widthAt, zoomOf } from "./styles.js";
import { detail, groundOf, pathsOf } from "./streets.js";

const FAR = 12.5; // the zoom under which streets are lines alone

const seenBy = (view, spare = 30) => (box) => {
  const [left, top] = view.toScreen(box[0], box[1]);
  const [right, bottom] = view.toScreen(box[2], box[3]);
  return right > -spare && bottom > -spare && left < view.width + spare && top < view.height + spare;
};

/** Draws the scene with a pen of a canvas that has the view's size. */
export const draw = (pen, view, scene, look) => {
  upright(pen, view);
  pen.fillStyle = look.colours["bas-land"];
  pen.fillRect(0, 0, view.width, view.height);
  if (!scene.town) return;
  const [zoom, seen] = [zoomOf(view.scale), seenBy(view)];
  const tiles = scene.town.tiles.filter((tile) => seen(tile.box));
  worldly(pen, view);
  if (scene.base) drawBase(pen, scene.base, look, { scale: view.scale, zoom, seen, widthAt });
  streets(pen, view, scene, tiles, look, zoom);
  if (scene.chosen?.path) tube(pen, view, scene.chosen.path, look, zoom);
  states(pen, view, scene, tiles, look, zoom);
  upright(pen, view);
  const taken = [];
  places(pen, view, scene, look, taken);
  depots(pen, view, scene, look, taken);
  const marks = crosses(view, scene, tiles, zoom, taken);
  const out = vehicles(view, scene, taken, pen, look);
  const numbers = badges(view, scene, taken, pen, look, zoom);
  names(pen, view, scene, tiles, look, zoom, taken);
  for (const layer of [marks, numbers, out]) for (const paint of layer) paint(pen, look);
};

/** Draws what is pointed at upon a frame. */
export const point = (pen, view, path, look) => {
  worldly(pen, view);
  stroke(pen, view, path, { colour: look.colours.accent, width: 9 });
  upright(pen, view);
};

const upright = (pen, view) => pen.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);

const worldly = (pen, view) => {
  const k = view.scale * view.dpr;
  pen.setTransform(k, 0, 0, k, (view.width / 2) * view.dpr - view.x * k, (view.height / 2) * view.dpr - view.y * k);
  pen.lineJoin = "round";
};

const stroke = (pen, view, path, { colour, width, dash, butt }) => {
  pen.strokeStyle = colour;
  pen.lineWidth = width / view.scale;
  pen.lineCap = butt || width < 3.4 ? "butt" : "round";
  pen.lineJoin = width < 3 ? "bevel" : "round";
  if (dash) {
    pen.lineCap = butt ? "butt" : "round";
    pen.setLineDash(dash.map((part) => part / view.scale));
  }
  pen.stroke(path);
  if (dash) pen.setLineDash([]);
};

const streets = (pen, view, scene, tiles, look, zoom) => {
  const level = detail(view.scale);
  if (zoom < FAR) return bare(pen, view, scene, tiles, look, level);
  const edge = widthAt(EDGE, zoom);
  for (const outer of [true, false]) {
    const colour = look.colours[outer ? "bas-street-edge" : "bas-street"];
    for (const tile of tiles) {
      for (const [group, path] of groundOf(scene.town, tile, level)) {
        const width = widthAt(GROUND[group], zoom);
        stroke(pen, view, path, { colour, width: outer ? width + edge : width });
      }
    }
  }
  return undefined;
};

/** From afar a street is seen beside its state only where it has none. */
const bare = (pen, view, scene, tiles, look, level) => {
  for (const tile of tiles) {
    const path = pathsOf(scene.town, tile, level, scene.codes).get(0);
    if (path) stroke(pen, view, path, { colour: look.colours["bas-street-edge"], width: 1 });
  }
};

const tube = (pen, view, path, look, zoom) => {
  stroke(pen, view, path, { colour: look.colours["st-select"], width: Math.max(8, widthAt(TUBE.outer, zoom)) });
  stroke(pen, view, path, { colour: look.colours["st-select-gap"], width: Math.max(4.5, widthAt(TUBE.gap, zoom)) });
};

const states = (pen, view, scene, tiles, look, zoom) => {
  const level = detail(view.scale);
  STYLES.forEach((name, code) => {
    for (const pass of passesOf(name, zoom, look)) {
      for (const tile of tiles) {
        const path = pathsOf(scene.town, tile, level, scene.codes).get(code);
        if (path) stroke(pen, view, path, pass);
      }
    }
  });
};

