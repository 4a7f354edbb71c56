// The driver's page: what it knows, and which screen shows it. Everything that is tapped is kept on the phone first.
import { driving } from "./driving.js";
import * as outbox from "./outbox.js";
import { small } from "./photo.js";
import { queueNow } from "./queue.js";
import * as ride from "./ride.js";
import { callScreen, listScreen, pairScreen } from "./screens.js";
import * as store from "./store.js";
import { changes, seenTur } from "./tur.js";
import { clock, t } from "./words.js";

const app = document.getElementById("app"), base = document.body.dataset.base;
const UNDO_MS = 10000, FIRST_MS = 1500, LONGEST_MS = 60000, LOOK_MS = 60000, SECOND_MS = 600, PATIENCE_MS = 20000;

/** All that the page knows. */
const known = { drive: null, reports: [], agreed: [], tur: null, step: null, toast: null, sheet: null, full: false, problem: "", wrong: 0, photos: 0, weighed: null };
let events = null, wanted = false, deaf = FIRST_MS, pressed = null, asked = 0;

const turer = () => (known.drive?.turer ?? []).map((tur) => seenTur(tur, known.reports, known.agreed));

/** Whether a press means the one before: two streets, or two stops, are not done within a moment. */
const isSecondPress = (kind) => {
  const before = pressed;
  pressed = { kind, at: performance.now() };
  return ["segment_done", "stop_done"].includes(kind) && before?.kind === kind && pressed.at - before.at < SECOND_MS;
};

/** Keeps a report, says so at once, and gives it; where the phone is full, says that instead. */
const tap = async (said, text, more = null) => {
  if (isSecondPress(said.kind)) return null;
  const here = ride.here ? { lon: ride.here.lon, lat: ride.here.lat, heading: ride.here.heading } : {};
  let row = null;
  try {
    row = await outbox.report({ ...here, ...said });
    known.full = false;
  } catch {
    known.full = true;
    show();
    return null;
  }
  navigator.vibrate?.(60);
  known.toast = text ? { id: row.id, clock: clock(new Date()), text, more, until: Date.now() + UNDO_MS, stays: said.kind === "accepted" || said.kind === "refused" } : known.toast;
  await look();
  return row;
};

/** Keeps a photograph with a report of its own; it goes once that is there. */
const photograph = async (file, said) => {
  try {
    const jpeg = await small(file);
    const row = await tap({ kind: "message", detail: "photo", ...said }, t("photo"));
    if (row) await store.addPhoto({ id: row.id, vehicle: row.vehicle, jpeg });
    outbox.send();
  } catch {
    known.problem = t("no_photo");
  }
  await look();
};

const undo = async () => {
  const { id, text } = known.toast;
  const order = known.reports.find((row) => row.id === id)?.said.order;
  known.toast = null;
  await tap({ kind: "undo", about: id, order }, "");
  known.toast = { id: null, clock: clock(new Date()), text: t("undone", { what: text }), until: Date.now() + 4000 };
  show();
};

/** Reads what the phone keeps, and shows it. */
const look = async () => {
  [known.reports, known.photos] = [await store.reports(), (await store.photos()).length];
  show();
};

/** Asks for the drive; without an answer the last one stays. A new tur is taken over by itself only before the start. */
const ask = async () => {
  const mine = ++asked;
  try {
    const answer = await fetch(`${base}/api/v1/drive`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) });
    outbox.line.reached = answer.ok || answer.status === 401;
    if (answer.status === 401) return await letOut();
    if (!answer.ok) return;
    const drive = await answer.json();
    if (mine !== asked) return; // a later one is under way: what is older is not shown after it
    await store.keep("drive", drive);
    await store.keep("vehicle", drive.vehicle);
    outbox.line.paired = true;
    known.wrong = drive.simulated ? 0 : Math.round((Date.now() - Date.parse(drive.now)) / 60000);
    if (known.drive && known.drive.vehicle !== drive.vehicle) await forgetDrive();
    known.drive = withHeld(drive);
    if (!ongoing()) await agree();
    listen();
  } catch {
    outbox.line.reached = false;
  }
  await look();
};

/** What was driven with another vehicle is not driven with this one. */
const forgetDrive = async () => {
  ride.end();
  [known.drive, known.agreed, known.tur, known.step] = [null, [], null, null];
  await store.keep("tur", null);
};

/** What we were told, with the tur that is driven where it is not among it any more: as when another vehicle has it. It
 * stays until the driver has seen that. */
const withHeld = (drive) => {
  const held = ongoing();
  if (!held || drive.turer.some((tur) => tur.order === held.order)) return drive;
  const last = known.drive.turer.find((tur) => tur.order === held.order);
  return { ...drive, turer: [...drive.turer, { ...last, state: "aborted" }] };
};

const ongoing = () => turer().find((tur) => tur.started) ?? null;

/** From now on what we were told is what is driven. */
const agree = async () => {
  const open = (known.drive?.turer ?? []).map((tur) => seenTur(tur, known.reports)).filter((tur) => !tur.ended);
  known.agreed = open.map((tur) => ({ order: tur.order, title: tur.title }));
  await store.keep("agreed", known.agreed);
};

const letOut = async () => {
  outbox.line.paired = false;
  events?.close();
  events = null;
  ride.end();
  known.drive = null;
  await store.keep("drive", null);
  await look();
};

/** Hears of changes while the page is in sight. A stream that the browser has given up is opened anew, by and by. */
const listen = () => {
  if (events || document.hidden) return;
  const stream = new EventSource(`${base}/api/v1/drive/events`);
  events = stream;
  stream.addEventListener("drive", (event) => event.data === known.drive?.stamp || ask());
  stream.onopen = () => { outbox.line.reached = true; deaf = FIRST_MS; outbox.send(); };
  stream.onerror = () => {
    outbox.line.reached = false;
    show();
    if (stream.readyState !== EventSource.CLOSED) return;
    events = null;
    deaf = Math.min(LONGEST_MS, deaf * 2);
    setTimeout(() => outbox.line.paired && ask(), deaf);
  };
};

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    events?.close();
    events = null;
  } else if (outbox.line.paired) ask();
});

const pair = async (code) => {
  known.problem = "";
  try {
    const answer = await fetch(`${base}/api/v1/phones/pair`, {
      method: "POST", body: JSON.stringify({ code }), headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
    });
    const body = await answer.json();
    if (!answer.ok) known.problem = body.detail ?? body.title;
    else {
      await store.keep("vehicle", body.phone.vehicle);
      outbox.line.paired = true;
      navigator.storage?.persist?.();
      await ask();
      outbox.send();
    }
  } catch {
    known.problem = t("pair_offline");
  }
  show();
};

const leave = async () => {
  const waits = known.reports.some((row) => row.state === "waits");
  if (waits) { known.problem = t("leave_waits"); return show(); }
  await fetch(`${base}/api/v1/phones/mine/end`, { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } }).catch(() => null);
  await letOut();
};

const start = async (tur) => {
  await store.keep("last", null);
  const going = await tap({ kind: "started", order: tur.order }, "");
  if (!going) return;
  known.tur = tur.order;
  await store.keep("tur", tur.order);
  await agree();
  follow();
};

const follow = () =>
  ride.begin({
    vehicle: known.drive.vehicle,
    moved: show,
    dark: (since) => tap({ kind: "dark", order: known.tur, since: since.toISOString() }, ""),
    refused: () => { known.problem = t("no_place"); show(); },
  });

const stop = async (tur, said) => {
  ride.end();
  known.sheet = null;
  await tap({ order: tur.order, ...said }, "");
  known.tur = known.step = null;
  await store.keep("tur", null);
  await agree();
  takeOver();
  show();
};

/** A refused report that the driver has read of is in the way no more. */
const read = async (row) => { await store.settle(row.id, "seen"); await look(); };

const weigh = (what) => { [known.weighed, known.sheet] = [what, "weight"]; show(); };
const choose = (step) => { known.step = step; known.sheet = null; show(); };
const sheet = (name) => { known.sheet = name; show(); };
const take = async () => { await agree(); known.sheet = null; show(); };
const more = (id, choices) => { if (known.toast?.id === id) known.toast = { ...known.toast, more: choices, until: Date.now() + UNDO_MS }; show(); };
const acts = { more, read, weigh, photograph, tap, undo, pair, leave, start, stop, choose, sheet, take, show: () => show() };

function show() {
  if (wanted) return;
  wanted = true;
  requestAnimationFrame(() => { wanted = false; draw(); });
}

const draw = () => {
  if (known.toast && Date.now() > known.toast.until) known.toast = null;
  const vehicle = known.drive?.vehicle ?? "";
  const queue = queueNow(known.reports, vehicle, known.full, known.photos);
  if (!known.drive) return pairScreen(app, { ...known, queue }, acts);
  const all = turer(), tur = all.find((one) => one.started && one.order === known.tur) ?? all.find((one) => one.started);
  const news = changes(known.agreed, known.drive.turer);
  if (tur) {
    follow();
    return driving(app, { ...known, tur, news, queue, here: ride.here, moves: ride.moves() }, acts);
  }
  ride.end();
  const answered = known.reports.some((row) => row.said.call && row.said.call === known.drive.call?.id);
  if (known.drive.call && !answered) return callScreen(app, { ...known, queue }, acts);
  return listScreen(app, { ...known, turer: all, queue }, acts);
};

/** What came with the address: the code of a sheet (`s`), or that a call's link let the phone in (`in`). It is used once
 * and does not stay in the address. */
const ofAddress = () => {
  const come = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(null, "", location.pathname);
  return come;
};

let worker = null;

/** A newer version of the page takes over where nothing is driven. */
const takeOver = () => worker?.waiting && !ongoing() && worker.waiting.postMessage("take over");

const installWorker = async () => {
  const how = { scope: `${base}/kor`, type: "module" };
  worker = (await navigator.serviceWorker?.register(`${base}/kor/worker.js`, how).catch(() => null)) ?? null;
  worker?.addEventListener("updatefound", () => worker.installing?.addEventListener("statechange", takeOver));
  takeOver();
};

const begin = async () => {
  try {
    [known.drive, known.agreed, known.tur] = [await store.kept("drive") ?? null, await store.kept("agreed") ?? [], await store.kept("tur") ?? null];
    await store.forgetOld();
  } catch {
    known.problem = t("no_store"); // as in a private window of some browsers
  }
  await look().catch(show);
  const come = ofAddress();
  if (come.get("s")) await pair(come.get("s"));
  else if (come.has("in") || (await store.kept("vehicle").catch(() => null))) await ask();
  outbox.begin(base, look, letOut, ask); // after it is known for which vehicle the phone stands
  installWorker();
  setInterval(() => (known.toast || known.reports.some((row) => row.state === "waits")) && show(), 1000);
  setInterval(() => outbox.line.paired && known.drive && !document.hidden && events?.readyState !== EventSource.OPEN && ask(), LOOK_MS);
};

begin();
