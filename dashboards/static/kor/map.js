// The strip of the tur: driven thin, left thick, the way between them grey, the vehicle an arrow. North is up.
import { s } from "./dom.js";
import { pointAt, stretch } from "./way.js";

const METRES_WIDE = 420;

const path = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${(-y).toFixed(1)}`).join("L")}`;

/** Draws what lies round a spot of the line, or round where the vehicle is. */
export const strip = ({ line, parts, along, me, heading, label }) => {
  const around = me ?? pointAt(line, along), wide = METRES_WIDE, tall = METRES_WIDE * 0.5;
  const left = around[0] - wide / 2, top = -around[1] - tall / 2;
  const draw = (kind, from, to) => s("path", { class: kind, d: path(stretch(line, from, to)) });
  const served = parts.filter((part) => part.from !== null);
  const end = line.gone.at(-1) ?? 0;
  return s(
    "svg",
    { class: "drive-map", viewBox: `${left.toFixed(0)} ${top.toFixed(0)} ${wide} ${tall}`, preserveAspectRatio: "xMidYMid slice", role: "img", "aria-label": label },
    end ? draw("k-other", 0, end) : null,
    served.filter((part) => !part.done).map((part) => draw("k-left", part.from, part.to)),
    served.filter((part) => part.done).map((part) => draw("k-done", part.from, part.to)),
    me ? s("path", { class: "k-me", d: "M0 -13L9 11L0 6L-9 11z", transform: `translate(${me[0].toFixed(1)} ${(-me[1]).toFixed(1)}) rotate(${heading ?? 0})` }) : null,
  );
};

/** Draws the stops of a round on one picture: those that are done pale, the next one large. */
export const dots = ({ line, stops, next, label }) => {
  const at = stops.map((stop) => line.place([stop.lon, stop.lat]));
  const around = at[next] ?? at[0] ?? [0, 0], wide = METRES_WIDE * 2, tall = wide * 0.5;
  const end = line.gone.at(-1) ?? 0;
  return s(
    "svg",
    { class: "drive-map", viewBox: `${(around[0] - wide / 2).toFixed(0)} ${(-around[1] - tall / 2).toFixed(0)} ${wide} ${tall}`, preserveAspectRatio: "xMidYMid slice", role: "img", "aria-label": label },
    end ? s("path", { class: "k-other", d: path(stretch(line, 0, end)) }) : null,
    at.map(([x, y], n) => s("circle", { class: stops[n].done ? "k-stop is-done" : n === next ? "k-stop is-next" : "k-stop", cx: x.toFixed(1), cy: (-y).toFixed(1), r: n === next ? 20 : 12 })),
  );
};
