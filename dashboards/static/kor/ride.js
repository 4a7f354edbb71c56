// From Starta to Avsluta, and at no other time: where the vehicle is, and a screen that stays on. A time in which the
// phone slept is told as such, so that nobody draws a line over it.
import * as store from "./store.js";

const EVERY_MS = 5000, DARK_MS = 60000, FRESH_MS = 15000, MOVING_KMH = 5;

let watching = null, lock = null;

/** The last place that the phone knew: `{ lon, lat, heading, kmh, at }`, or null. */
export let here = null;

/** Whether the vehicle moves, as far as the phone knows: then nothing is shown that wants reading or typing. */
export const moves = () => here !== null && Date.now() - here.at < FRESH_MS && (here.kmh ?? 0) > MOVING_KMH;

/** Begins to follow a vehicle: `moved` is called for each place, `dark` with when a time without places began, also where
 * the page was closed in between; `refused` where the phone may not say where it is. */
export const begin = ({ vehicle, moved, dark, refused }) => {
  if (watching !== null || !navigator.geolocation) return;
  let kept = 0;
  const before = store.kept("last").catch(() => null);
  watching = navigator.geolocation.watchPosition(
    async ({ coords, timestamp }) => {
      const kmh = coords.speed === null ? null : coords.speed * 3.6;
      here = { lon: coords.longitude, lat: coords.latitude, heading: coords.heading, kmh, at: timestamp };
      moved();
      if (timestamp - kept < EVERY_MS) return;
      const last = kept || (await before);
      kept = timestamp;
      if (last && timestamp - last > DARK_MS) dark(new Date(last));
      keep({
        time: new Date(timestamp).toISOString(),
        vehicle,
        lon: coords.longitude,
        lat: coords.latitude,
        heading: Number.isFinite(coords.heading) ? coords.heading : null,
        speed_kmh: kmh,
        accuracy_m: coords.accuracy,
      });
    },
    (error) => error.code === error.PERMISSION_DENIED && refused(),
    { enableHighAccuracy: true, maximumAge: 2000, timeout: 30000 },
  );
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();
};

const keep = async (position) => {
  try {
    await store.addPosition(position);
    await store.keep("last", Date.parse(position.time));
  } catch {
    // a full phone keeps no trace; reports come first
  }
};

const stayAwake = async () => {
  if (document.hidden) return;
  try {
    lock = (await navigator.wakeLock?.request("screen")) ?? null;
  } catch {
    lock = null; // a low battery may refuse it
  }
};

/** Ends to follow: from here on the phone says to nobody where it is. */
export const end = () => {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  document.removeEventListener("visibilitychange", stayAwake);
  lock?.release?.();
  watching = lock = here = null;
};
