// What is read or typed when standing: all streets or stops, a message, the end of a tur, what the depot changed.
import { button, h, icon } from "./dom.js";
import { stepsOf } from "./tur.js";
import { far, t } from "./words.js";

const STOPS = ["breakdown", "blocked", "relieved", "other"];

/** The sheet that is open. */
export const sheetOf = (known, acts) => {
  const made = { all: allSteps, message: messageForm, end: ending, news: changesNow, refused: refusedNow, weight: weightForm }[known.sheet];
  if (!made) return [];
  const close = () => acts.sheet(null);
  const dialog = h("dialog", { class: "sheet", "aria-labelledby": "sheet-h", oncancel: close }, made(known, acts, close));
  requestAnimationFrame(() => dialog.isConnected && !dialog.open && dialog.showModal());
  return dialog;
};

const title = (text) => h("h2", { id: "sheet-h", tabindex: "-1", autofocus: true }, text);
const closing = (close) => button(t("close"), close, { class: "is-tall", "data-name": "close" });

const allSteps = ({ tur }, { choose, tap }, close) => [
  title(t(tur.stops.length ? "all_stops" : "all_parts")),
  h("ol", { class: "steps" }, stepsOf(tur).map((step) => row(tur, step, choose, tap))),
  closing(close),
];

const row = (tur, step, choose, tap) => {
  const name = tur.stops.length ? step.room : step.id;
  const state = step.done ? t(tur.stops.length ? "step_said" : `by_${step.by}`) : step.later ? t("by_later") : "";
  const what = [step.act, step.from !== null && step.from !== undefined ? far(step.to - step.from) : "", state].filter(Boolean).join(", ");
  const back = () => tap({ kind: "later", order: tur.order, segment: step.id, detail: "not_done" }, "");
  return h(
    "li", { class: step.done ? "is-done" : "" },
    h("span", { class: "step-name" }, step.done ? icon("done") : null, " ", step.name, what ? h("span", { class: "second" }, what) : null),
    step.done ? (step.by === "driven" ? button(t("not_done"), back) : null) : button(t("take_now"), () => choose(name), { "aria-label": t("take_now_of", { name: step.name }) }),
  );
};

const messageForm = ({ tur }, { tap, sheet }, close) => {
  const text = h("textarea", { id: "note", class: "note", rows: "4", maxlength: "500", required: true });
  const send = (event) => {
    event.preventDefault();
    tap({ kind: "message", order: tur.order, note: text.value.trim() }, t("message"));
    sheet(null);
  };
  return h("form", { onsubmit: send }, title(t("message")), h("label", { for: "note" }, t("message_label")), text, h("button", { class: "btn is-main is-tall" }, t("message_send")), closing(close));
};

/** What the scale of the truck said of a stop; of several vessels together, each is said to hold its part. */
const weightForm = ({ weighed }, { tap, sheet }, close) => {
  const field = h("input", { id: "kg", class: "code", inputmode: "decimal", autocomplete: "off", maxlength: "7", pattern: "[0-9]+([.,][0-9])?", required: true });
  const send = (event) => {
    event.preventDefault();
    const kg = Number(field.value.replace(",", ".")) / weighed.vessels.length;
    tap({ kind: "stop_done", order: weighed.order, room: weighed.room, vessels: weighed.vessels.map((one) => ({ ...one, kg })) }, `${field.value}\u00a0kg, ${weighed.name}`);
    sheet(null);
  };
  return h("form", { onsubmit: send }, title(t("weight")), h("label", { for: "kg" }, t("weight_label", { n: weighed.vessels.length, name: weighed.name })), field, h("button", { class: "btn is-main is-tall" }, t("weight_save")), closing(close));
};

const ending = ({ tur }, { stop }, close) => {
  const left = stepsOf(tur).filter((step) => !step.done).length;
  return [
    title(t("end")),
    left ? h("p", { class: "problem" }, icon("warn"), " ", t(tur.stops.length ? "end_stops_left" : "end_parts_left", { n: left })) : null,
    button(t(left ? "end_done_anyway" : "end_done"), () => stop(tur, { kind: "done" }), { class: "is-main is-tall" }),
    h("p", { class: "still-h" }, t("end_broken")),
    ...STOPS.map((detail) => button(t(`stop_${detail}`), () => stop(tur, { kind: "aborted", detail }), { class: "is-tall" })),
    closing(close),
  ];
};

const changesNow = ({ news }, { take }, close) => [
  title(t("new_plan")),
  h("ul", { class: "steps" }, news.came.map((tur) => h("li", {}, h("span", { class: "step-name" }, t("came", { title: tur.title }), h("span", { class: "second" }, tur.why)))), news.gone.map((tur) => h("li", {}, h("span", { class: "step-name" }, t("gone", { title: tur.title }))))),
  button(t("take_change"), take, { class: "is-main is-tall" }),
  button(t("not_now"), close, { class: "is-tall", "data-name": "close" }),
];

/** Reports that we could not take, each with why; the driver puts them aside once they are read. */
export const refusedRows = (reports, read) =>
  reports.filter((row) => row.state === "refused").map((row) =>
    h("li", {}, h("span", { class: "step-name" }, t(`kind_${row.said.kind}`), h("span", { class: "second" }, row.answer?.detail ?? "")), button(t("read"), () => read(row))));

const refusedNow = ({ reports }, { read }, close) => [title(t("refused_title")), h("ul", { class: "steps" }, refusedRows(reports, read)), closing(close)];
