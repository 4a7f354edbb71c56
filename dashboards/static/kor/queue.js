// The top line of every screen: whether we hear the phone, how many reports wait and how old the oldest is.
import { h, icon } from "./dom.js";
import { line } from "./outbox.js";
import { age, t } from "./words.js";

/** How it stands with the reports: `is-ok`, `is-warn` where some wait, `is-stop` where one was refused. */
export const queueNow = (reports, vehicle, full) => {
  const waits = reports.filter((row) => row.state === "waits");
  const others = waits.filter((row) => row.vehicle !== vehicle);
  const refused = reports.filter((row) => row.state === "refused").length;
  if (full) return { look: "is-stop", sign: "stop", text: t("full") };
  if (refused) return { look: "is-stop", sign: "stop", text: t("refused", { n: refused }) };
  if (others.length) return { look: "is-stop", sign: "stop", text: t("of_another", { n: others.length, vehicle: others[0].vehicle }) };
  const oldest = waits.length ? age(Date.now() - Date.parse(waits[0].said.at)) : "";
  if (waits.length) {
    const key = line.reached ? "queued" : "queued_offline";
    return { look: "is-warn", sign: line.reached ? "signal" : "nosignal", text: t(key, { n: waits.length, age: oldest }) };
  }
  return line.reached ? { look: "is-ok", sign: "signal", text: t("connected") } : { look: "is-warn", sign: "nosignal", text: t("offline") };
};

export const topLine = (title, { look, sign, text }) =>
  h("header", { class: `drive-top ${look}` }, h("p", { class: "drive-tour" }, title), h("p", { class: "queue", role: "status" }, icon(sign), " ", text));
