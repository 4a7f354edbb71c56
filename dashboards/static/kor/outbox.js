// When the phone sends: at every tap, and again and again until we have it, for ever. What waits is always in sight.
import { drain, sendPositions } from "./send.js";
import * as store from "./store.js";

const FIRST_MS = 1000, LONGEST_MS = 60000, POSITIONS_MS = 30000;

let wait = FIRST_MS, timer = null, base = null, changed = () => {}, unpaired = () => {}, reached = () => {};

/** Where the phone stands: whether we answered last, and whether it is let in. */
export const line = { reached: navigator.onLine, paired: true };

/** Sends now; where that does not do, again after a while that doubles up to a minute, whatever went wrong. */
export const send = async () => {
  clearTimeout(timer);
  if (base === null) return "busy"; // not before it is known whereto, and for which vehicle
  const stopped = await drain(base, changed).catch(() => "offline"); // as where the phone's own store is away
  if (stopped === "empty" && !line.reached) reached();
  if (stopped === "offline") line.reached = false;
  if (stopped === "another") reached();
  if (stopped === "unpaired" && line.paired) {
    line.paired = false;
    unpaired();
  }
  wait = stopped === "offline" ? Math.min(LONGEST_MS, wait * 2) : FIRST_MS;
  if (stopped === "offline" || stopped === "busy") timer = setTimeout(send, wait);
  changed();
  return stopped;
};

const askForBackground = async () => {
  try {
    const ready = await navigator.serviceWorker?.ready;
    await ready?.sync?.register("reports"); // where the browser can, it goes on after the page is closed
  } catch {
    // without it the page sends when it is opened again
  }
};

/** Keeps a report and begins to send it; gives it once it is kept. */
export const report = async (said) => {
  const row = await store.saveReport(said, await store.kept("vehicle"));
  wait = FIRST_MS;
  askForBackground();
  send();
  return row;
};

export const begin = (where, whenChanged, whenUnpaired, whenReached) => {
  [base, changed, unpaired, reached] = [where, whenChanged, whenUnpaired, whenReached];
  addEventListener("online", () => { wait = FIRST_MS; send(); reached(); });
  addEventListener("offline", () => { line.reached = false; changed(); });
  document.addEventListener("visibilitychange", () => document.hidden || send());
  setInterval(() => line.paired && sendPositions(base).catch(() => {}), POSITIONS_MS);
  send();
};
