// A tur as the driver sees it: what we were told of it, with what was tapped on this phone and may not have reached us.
import { lineOf } from "./way.js";

const UNDER_WAY = new Set(["decided", "sent", "unanswered", "acknowledged", "started"]);

const undoneOf = (reports) => new Set(reports.filter((row) => row.said.kind === "undo").map((row) => row.said.about));
const came = (row) => row.answer?.became;

/** The reports of an order that hold: not those that were taken back, refused, or could not be done. One that was begun is
 * driven until the driver has seen that it is another's. */
const holding = (reports, order) => {
  const undone = undoneOf(reports);
  return reports.filter(
    (row) => row.said.order === order && row.said.kind !== "undo" && !undone.has(row.id) && (came(row) !== "conflict" || row.said.kind === "started") && !["refused", "seen"].includes(row.state),
  );
};

/** The streets whose step was taken back here; where the depot had said it before, that holds. */
const takenBack = (reports, order) => {
  const undone = undoneOf(reports);
  return new Set(
    reports.filter((row) => undone.has(row.id) && row.said.order === order && row.said.kind === "segment_done" && came(row) !== "known").map((row) => row.said.segment),
  );
};

/** A tur with its line in metres, and each street or stop with who says that it is done. One that the depot ended while
 * it is driven goes on until the driver has seen that. */
export const seenTur = (tur, reports, agreed = []) => {
  const held = holding(reports, tur.order), back = takenBack(reports, tur.order);
  const own = new Map(); // the last word on each street counts
  for (const row of held) if (["segment_done", "later"].includes(row.said.kind) && row.said.segment) own.set(row.said.segment, row.said.kind);
  const parts = tur.parts.map((part) => {
    const word = own.get(part.id) ?? (part.later ? "later" : undefined), said = part.said && !back.has(part.id);
    const by = word === "segment_done" ? "you" : word === "later" ? "" : said ? "depot" : part.driven ? "driven" : "";
    return { ...part, by, done: by !== "", later: word === "later" };
  });
  const stops = tur.stops.map((stop) => seenStop(stop, held));
  const driven = tur.state === "started" || held.some((row) => row.said.kind === "started");
  const broken = !UNDER_WAY.has(tur.state) && !(driven && agreed.some((one) => one.order === tur.order));
  const ended = held.some((row) => row.said.kind === "done" || row.said.kind === "aborted") || broken;
  return { ...tur, parts, stops, started: driven && !ended, ended, shape: lineOf(tur.line) };
};

/** A stop with what was said of each vessel: the last word counts, wherever it was said. */
const seenStop = (stop, held) => {
  const said = new Map(stop.vessels.filter((vessel) => vessel.said).map((vessel) => [vessel.id, vessel.said]));
  for (const row of held) {
    if (row.said.kind !== "stop_done" || row.said.room !== stop.room) continue;
    for (const vessel of row.said.vessels) said.set(vessel.id, vessel.outcome);
  }
  const vessels = stop.vessels.map((vessel) => ({ ...vessel, said: said.get(vessel.id) ?? null }));
  return { ...stop, vessels, done: vessels.every((vessel) => vessel.said) };
};

/** The steps of a tur: its stops where it has any, else its streets. */
export const stepsOf = (tur) => (tur.stops.length ? tur.stops : tur.parts);

/** Which step is next: the one that was chosen, while it is not done, else the first that is left, those that are left
 * for later last. */
export const nextOf = (tur, chosen) => {
  const steps = stepsOf(tur), name = tur.stops.length ? "room" : "id";
  const wanted = steps.findIndex((step) => step[name] === chosen && !step.done);
  if (wanted >= 0) return wanted;
  const first = steps.findIndex((step) => !step.done && !step.later);
  return first >= 0 ? first : steps.findIndex((step) => !step.done);
};

/** What the depot has changed since the driver last agreed: turer that came, and turer that are not theirs any more. */
export const changes = (agreed, turer) => {
  const now = new Map(turer.map((tur) => [tur.order, tur]));
  const came = turer.filter((tur) => UNDER_WAY.has(tur.state) && !agreed.some((one) => one.order === tur.order));
  const gone = agreed.filter((one) => {
    const tur = now.get(one.order);
    return !tur || !UNDER_WAY.has(tur.state);
  });
  return { came, gone };
};
