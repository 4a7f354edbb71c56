// How lines look: colours and widths come from the design's custom properties, so both themes and forced colours hold.
export const STYLES = ["none", "idle", "done", "left", "doing", "unreached", "unmanned", "tone-a", "tone-b", "tone-c", "tone-d", "depth-1", "depth-2", "depth-3", "depth-4", "depth-5", "road-1", "road-2", "road-3", "road-4", "road-5"];
export const code = Object.fromEntries(STYLES.map((name, n) => [name, n]));

const ramp = (name, n) => [{ colour: `${name}-${n}`, width: [[1.4, 2, 3], [2, 3, 4.2], [2.7, 4, 5.5], [3.7, 5.5, 7.5], [4.7, 7, 9.5]][n - 1] }];
const tone = (name) => [{ colour: `tur-${name}`, width: [3.5, 5, 7] }];
/** The strokes of each style, one upon the other; widths in px at zoom 13, 15 and 17, dashes in px. */
const PASSES = {
  none: [],
  idle: [{ colour: "st-idle", width: [1.75, 2.5, 3], dash: [0, 5], from: 12.6 }],
  done: [{ colour: "st-done", width: [1.75, 2.5, 3.5] }],
  left: [{ colour: "st-left", width: [4, 6, 8] }],
  doing: [
    { colour: "bas-street", width: [5, 7, 9] },
    { colour: "st-doing", width: [3, 4.5, 6], dash: [9, 5], butt: true, from: 11 },
  ],
  unreached: [
    { colour: "st-unreached", width: [4, 6, 8] },
    { colour: "map-ground", width: [2, 3, 4] },
  ],
  unmanned: [
    { colour: "st-unreached", width: [4, 6, 8] },
    { colour: "map-ground", width: [2, 3, 4], dash: [0, 6], from: 12 },
  ],
  ...Object.fromEntries(["a", "b", "c", "d"].map((name) => [`tone-${name}`, tone(name)])),
  ...Object.fromEntries([1, 2, 3, 4, 5].flatMap((n) => [[`depth-${n}`, ramp("depth", n)], [`road-${n}`, ramp("road", n)]])),
};
export const GROUND = [[2.5, 7, 14], [1.5, 5, 11], [1, 3.5, 8]]; // main street, street, cycle way
export const EDGE = [0.75, 1.5, 2];
export const TUBE = { outer: [10, 14, 18], gap: [7, 9.5, 12.5] };
const BAS = ["land", "water", "shore", "park", "building", "building-edge", "rail", "street", "street-edge", "path", "label", "label-halo", "label-water", "label-park"];
const NAMES = [
  ...["map-ground", "text", "muted", "accent", "surface", "warn", "warn-soft", "on-warn-soft", "stop", "on-stop", "done", "urgency-1", "urgency-3"],
  ...BAS.map((name) => `bas-${name}`),
  ...["left", "doing", "done", "unreached", "idle", "select", "select-gap"].map((name) => `st-${name}`),
  ...["tur-a", "tur-b", "tur-c", "tur-d"],
  ...[1, 2, 3, 4, 5].flatMap((n) => [`depth-${n}`, `road-${n}`]),
];

/** The palette of the present theme: a probe within ``box`` resolves light-dark() and the system's own colours. */
export const palette = (box) => {
  const probe = document.createElement("i");
  probe.className = "probe";
  box.append(probe);
  const colours = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return { colours, font: getComputedStyle(document.body).fontFamily };
};

/** The zoom of web maps at a scale [px/m], as on 60° north: widths are given at 13, 15 and 17. */
export const zoomOf = (scale) => 15 + Math.log2(scale / 0.84);

/** A width at a zoom [px]: between those given, thinner from afar. */
export const widthAt = ([far, mid, near], zoom) => {
  if (zoom < 13) return far * Math.max(0.35, 2 ** ((zoom - 13) / 2.5));
  if (zoom < 15) return far + ((mid - far) * (zoom - 13)) / 2;
  return mid + (near - mid) * Math.min(1, (zoom - 15) / 2);
};

/** The strokes of a style at a zoom: colour, width [px], dash [px]. */
export const passesOf = (name, zoom, look) =>
  PASSES[name].map(({ colour, width, dash, butt, from }) => ({
    colour: look.colours[colour],
    width: widthAt(width, zoom),
    dash: dash && zoom >= from ? dash : undefined,
    butt,
  }));
