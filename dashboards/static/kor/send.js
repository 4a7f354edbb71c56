// The way out of the phone: reports one by one, oldest first, again and again until we have them; positions in batches.
// Used by the page and by its worker.
import * as store from "./store.js";

const PATIENCE_MS = 20000, BATCH = 600, DAY_MS = 24 * 3600e3;
const LEFT_ASIDE = new Set([400, 404, 409, 413, 415, 422]);

/** What goes with everything: by whose phone it was made, and what its clock shows now. */
const asked = (method, body, vehicle) => ({
  method,
  body: JSON.stringify(body),
  headers: { "Content-Type": "application/json", "Dagsplan-Sent-At": new Date().toISOString(), "Dagsplan-Vehicle": encodeURIComponent(vehicle) },
  credentials: "same-origin",
  signal: AbortSignal.timeout(PATIENCE_MS),
});

/** Sends what waits. Gives where it stopped: `empty`, `offline`, `unpaired`, `another` where the phone stands for another
 * vehicle now, or `busy` where another page is at it. */
export const drain = (base, told = () => {}) =>
  navigator.locks.request("dagsplan-send", { ifAvailable: true }, async (lock) => {
    if (!lock) return "busy";
    for (;;) {
      const vehicle = await store.kept("vehicle");
      const rows = await store.reports(), next = rows.find((row) => row.state === "waits" && row.vehicle === vehicle);
      if (!next) return sendPhotos(base, vehicle, rows, told);
      const stopped = await sendOne(base, next);
      if (stopped) return stopped;
      told();
    }
  });

const sendOne = async (base, row) => {
  let answer, body;
  try {
    answer = await fetch(`${base}/api/v1/reports/${row.id}`, asked("PUT", row.said, row.vehicle));
    body = await answer.json();
  } catch {
    return "offline";
  }
  if (answer.status === 401 || answer.status === 403) return "unpaired";
  if (answer.status === 412) return "another";
  if (!answer.ok && !LEFT_ASIDE.has(answer.status)) return "offline";
  await store.settle(row.id, answer.ok ? "sent" : "refused", body);
  return "";
};

/** Sends the photographs whose reports we have. One that we cannot take as it is goes: its report stays. */
const sendPhotos = async (base, vehicle, rows, told) => {
  const sent = new Set(rows.filter((row) => row.state === "sent").map((row) => row.id));
  for (const photo of (await store.photos()).filter((one) => one.vehicle === vehicle && sent.has(one.id))) {
    const { headers } = asked("PUT", {}, vehicle);
    const how = { method: "PUT", body: photo.jpeg, headers: { ...headers, "Content-Type": "image/jpeg" }, signal: AbortSignal.timeout(3 * PATIENCE_MS) };
    const answer = await fetch(`${base}/api/v1/reports/${photo.id}/photo`, how).catch(() => null);
    if (answer?.status === 401 || answer?.status === 403) return "unpaired";
    if (!answer || (!answer.ok && !LEFT_ASIDE.has(answer.status))) return "offline";
    await store.dropPhoto(photo.id);
    told();
  }
  return "empty";
};

/** Sends a batch of the vehicle's positions. What we have said to have is dropped; what was refused as a whole too, since
 * it is only a trace; without network it waits. Those of another vehicle wait a day for it. */
export const sendPositions = async (base) => {
  const vehicle = await store.kept("vehicle"), all = await store.positions(4 * BATCH), yesterday = Date.now() - DAY_MS;
  const batch = all.filter((one) => one.vehicle === vehicle).slice(0, BATCH);
  await store.dropPositions(all.filter((one) => one.vehicle !== vehicle && Date.parse(one.time) < yesterday));
  if (!batch.length) return;
  const positions = batch.map(({ vehicle: _, ...position }) => position);
  const answer = await fetch(`${base}/api/v1/drive/positions`, asked("POST", { positions }, vehicle));
  if (answer.ok || LEFT_ASIDE.has(answer.status)) await store.dropPositions(batch);
};
