// Where a vehicle is on the line of its tur: metres along it, how far to a street, and which way it turns there.
const PER_DEGREE = 111195, RAD = Math.PI / 180;

/** The line in metres east and north of its first point, with how long it is up to each point. */
export const lineOf = (points) => {
  if (!points.length) return { xy: [], gone: [], place: () => [0, 0] };
  const [lon, lat] = points[0], shrink = Math.cos(lat * RAD);
  const place = ([x, y]) => [(x - lon) * PER_DEGREE * shrink, (y - lat) * PER_DEGREE];
  const xy = points.map(place), gone = [0];
  for (let n = 1; n < xy.length; n++) gone.push(gone[n - 1] + away(xy[n - 1], xy[n]));
  return { xy, gone, place };
};

const away = ([ax, ay], [bx, by]) => Math.hypot(bx - ax, by - ay);

/** The spot of the line nearest to a place, as `{ along, off }` [m]. Where it passes the same place twice, the pass that
 * is nearest after `from` counts. */
export const onLine = ({ xy, gone }, [x, y], from = 0) => {
  let best = null;
  for (let n = 0; n + 1 < xy.length; n++) {
    const [ax, ay] = xy[n], dx = xy[n + 1][0] - ax, dy = xy[n + 1][1] - ay, length = dx * dx + dy * dy;
    const part = length ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
    const off = Math.hypot(x - ax - part * dx, y - ay - part * dy), along = gone[n] + part * Math.sqrt(length);
    const cost = off + (along + 50 < from ? 200 : Math.min(100, Math.max(0, along - from) / 50));
    if (!best || cost < best.cost) best = { along, off, cost };
  }
  return best;
};

/** The point of the line so many metres along it. */
export const pointAt = ({ xy, gone }, along) => {
  const n = Math.max(1, gone.findIndex((metres) => metres >= along));
  if (n >= xy.length) return xy.at(-1) ?? [0, 0];
  const part = gone[n] > gone[n - 1] ? (along - gone[n - 1]) / (gone[n] - gone[n - 1]) : 0;
  return [0, 1].map((axis) => xy[n - 1][axis] + Math.min(1, Math.max(0, part)) * (xy[n][axis] - xy[n - 1][axis]));
};

/** The points of the line from one spot to another. */
export const stretch = (line, from, to) => [
  pointAt(line, from),
  ...line.xy.filter((_, n) => line.gone[n] > from && line.gone[n] < to),
  pointAt(line, to),
];

/** Which way the line turns at a spot: `left`, `right`, `back`, or "" where it goes on. */
export const turnAt = (line, along) => {
  const heading = (a, b) => Math.atan2(b[1] - a[1], b[0] - a[0]);
  const here = pointAt(line, along);
  if (along < 5) return "";
  const before = heading(pointAt(line, Math.max(0, along - 15)), here), after = heading(here, pointAt(line, along + 15));
  const turn = Math.atan2(Math.sin(after - before), Math.cos(after - before)) / RAD;
  if (Math.abs(turn) > 150) return "back";
  return turn > 35 ? "left" : turn < -35 ? "right" : "";
};
