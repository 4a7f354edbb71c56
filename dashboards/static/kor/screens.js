// The screens before the start: let a phone in, answer a call, choose a tur.
import { button, h, icon } from "./dom.js";
import { topLine } from "./queue.js";
import { region, screen } from "./region.js";
import { refusedRows } from "./sheets.js";
import { far, t } from "./words.js";

const place = (name, kind = "div", more = {}) => h(kind, { "data-region": name, ...more });
const plain = (...regions) => h("section", { class: "plain" }, place("top"), ...regions.map((name) => place(name, "div", { class: `p-${name}` })));
const wrong = (problem) => problem && h("p", { class: "problem", role: "alert" }, icon("warn"), " ", problem);

/** Six digits, or a sheet that is photographed with the phone's own camera. */
export const pairScreen = (app, { queue, problem, reports }, { pair }) => {
  const there = screen(app, "pair", () => plain("head", "body", "foot"));
  const waits = reports.filter((row) => row.state === "waits");
  region(there, "top", queue, () => topLine("dagsplan", queue));
  region(there, "head", 0, () => [h("h1", {}, t("pair_title")), h("p", { class: "lead" }, t("pair_lead"))]);
  region(there, "body", [problem], () => codeForm(pair, problem));
  region(there, "foot", [waits.length], () => [
    waits.length ? h("p", { class: "problem" }, icon("info"), " ", t("pair_waits", { n: waits.length, vehicle: waits[0].vehicle })) : null,
    h("p", { class: "muted" }, t("pair_no_names")),
  ]);
};

const codeForm = (pair, problem) => {
  const field = h("input", {
    id: "code", class: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "12",
    "aria-invalid": problem ? "true" : null, "aria-describedby": problem ? "code-wrong" : null,
  });
  const submit = (event) => { event.preventDefault(); pair(field.value.replace(/\D/g, "")); }; // as it is read out, or copied with its gap
  return h(
    "form", { class: "code-form", novalidate: true, onsubmit: submit },
    h("label", { for: "code" }, t("pair_code")), field,
    problem ? h("p", { id: "code-wrong", class: "problem", role: "alert" }, icon("warn"), " ", problem) : null,
    h("button", { class: "btn is-main is-tall" }, t("pair_go")),
  );
};

const CLOCK_MIN = 2;
const CAUSES = ["not_on_duty", "vehicle", "other_work", "other"];

/** A call that waits: yes or no in one tap, a no with its cause in the next. */
export const callScreen = (app, { drive, queue, sheet }, { tap, sheet: open }) => {
  const there = screen(app, "call", () => plain("head", "body"));
  region(there, "top", queue, () => topLine(drive.vehicle, queue));
  region(there, "head", [drive.call.id, drive.simulated], () => [
    h("h1", {}, t("call_title")),
    h("p", { class: "lead" }, drive.call.text),
    drive.simulated ? h("p", { class: "muted" }, t("simulated")) : null,
  ]);
  const said = (kind, detail = "") => tap({ kind, call: drive.call.id, detail }, t(kind === "refused" ? "refused_call" : kind));
  region(there, "body", [drive.call.id, sheet], () =>
    sheet === "cannot"
      ? [
          h("h2", {}, t("cannot_why")),
          ...CAUSES.map((cause) => button(t(`cause_${cause}`), () => said("refused", cause), { class: "is-tall" })),
          button(t("back"), () => open(null), { class: "is-quiet is-tall" }),
        ]
      : [
          button(t("accepted"), () => said("accepted"), { class: "is-main is-glove" }),
          button(t("cannot"), () => open("cannot"), { class: "is-glove" }),
        ],
  );
};

/** The turer of a vehicle, what became of its reports, and the way out. */
export const listScreen = (app, { drive, turer, queue, problem, toast, reports, wrong: minutes }, { start, leave, read }) => {
  const there = screen(app, "list", () => plain("head", "said", "body", "stopped", "words", "foot"));
  const refused = reports.filter((row) => row.state === "refused");
  const open = turer.filter((tur) => !tur.ended), ended = turer.filter((tur) => tur.ended);
  region(there, "top", queue, () => topLine(drive.vehicle, queue));
  region(there, "head", [drive.vehicle, open.length, drive.simulated], () => [
    h("h1", {}, open.length ? t("turer", { n: open.length }) : t("no_turer")),
    h("p", { class: "lead" }, open.length ? t("turer_lead") : t("no_turer_lead")),
    drive.simulated ? h("p", { class: "muted" }, t("simulated")) : null,
  ]);
  const late = Math.abs(minutes) > CLOCK_MIN ? t(minutes > 0 ? "clock_ahead" : "clock_behind", { n: Math.abs(minutes) }) : "";
  region(there, "said", [problem, toast?.text, late], () => [wrong(problem), wrong(late), toast ? h("p", { class: "saved", role: "status" }, icon("done"), " ", toast.text) : null]);
  region(there, "body", open.map((tur) => [tur.order, tur.state, tur.title, tur.starts]), () => open.map((tur, n) => turCard(tur, n === 0, start)));
  region(there, "stopped", refused.map((row) => row.id), () => (refused.length ? [h("h2", {}, t("refused_title")), h("ul", { class: "steps" }, refusedRows(reports, read))] : []));
  region(there, "words", [drive.back, ended.map((tur) => tur.order)], () => [
    drive.back.length ? h("h2", {}, t("back_title")) : null,
    ...drive.back.slice(0, 6).map((word) => h("p", { class: "word" }, h("strong", {}, word.clock), " ", word.text)),
    ended.length ? h("h2", {}, t("ended_title")) : null,
    ...ended.map((tur) => h("p", { class: "word" }, tur.title)),
  ]);
  region(there, "foot", [drive.ring], () => [
    drive.ring ? h("a", { class: "btn is-tall", href: `tel:${drive.ring.replace(/\s/g, "")}` }, t("ring_depot", { number: drive.ring })) : null,
    languages(),
    button(t("leave"), leave, { class: "is-quiet is-tall" }),
    h("p", { class: "muted" }, t("kept")),
  ]);
};

const languages = () => {
  const other = document.documentElement.lang === "sv" ? "en" : "sv";
  return h("a", { class: "btn is-quiet is-tall", href: `?lang=${other}`, hreflang: other, lang: other }, t("other_language"));
};

const turCard = (tur, first, start) =>
  h(
    "article", { class: "tur-card" },
    h("h2", {}, tur.title),
    h("p", { class: "lead" }, [tur.starts && tur.ready ? t("times", { starts: tur.starts, ready: tur.ready }) : "", tur.metres ? far(tur.metres) : "", tur.stops.length ? t("n_stops", { n: tur.stops.length }) : t("n_parts", { n: tur.parts.length })].filter(Boolean).join(", ")),
    h("p", { class: "muted" }, tur.why),
    button(t("start", { title: tur.title }), () => start(tur), { class: first ? "is-main is-glove" : "is-tall" }),
  );
