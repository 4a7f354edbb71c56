// The top line of every screen: whether we hear the phone, how many reports wait and how old the oldest is.
import { h, icon } from "./dom.js";
import { line } from "./outbox.js";
import { age, t } from "./words.js";

/** How it stands with the reports: `is-ok`, `is-warn` where some wait, `is-stop` where one was refused. How many wait and
 * how old the oldest is stands there whatever else does. */
export const queueNow = (reports, vehicle, full, photos = 0) => {
  const waits = reports.filter((row) => row.state === "waits"), oldest = waits.length ? age(Date.now() - Date.parse(waits[0].said.at)) : "";
  const key = line.reached ? "queued" : "queued_offline", n = waits.length;
  const tapped = n ? t(key, { n, age: oldest }) : t(line.reached ? "connected" : "offline");
  const queue = photos ? `${tapped}, ${t("photos", { n: photos })}` : tapped;
  const sign = line.reached ? "signal" : "nosignal";
  const stopped = stoppedOf(reports, vehicle, full);
  if (stopped) return { look: "is-stop", sign: "stop", text: n || photos || !line.reached ? `${stopped}. ${queue}` : stopped };
  return { look: n || photos || !line.reached ? "is-warn" : "is-ok", sign, text: queue };
};

const stoppedOf = (reports, vehicle, full) => {
  const others = reports.filter((row) => row.state === "waits" && row.vehicle !== vehicle);
  const refused = reports.filter((row) => row.state === "refused").length;
  if (full) return t("full");
  if (refused) return t("refused", { n: refused });
  return others.length ? t("of_another", { n: others.length, vehicle: others[0].vehicle }) : "";
};

export const topLine = (title, { look, sign, text }) =>
  h("header", { class: `drive-top ${look}` }, h("p", { class: "drive-tour" }, title), h("p", { class: "queue", role: "status" }, icon(sign), " ", text));
