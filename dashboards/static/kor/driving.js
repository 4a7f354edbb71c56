// The screen of the cab: what is next and how far, six buttons of glove size, the receipt upon the map. What wants
// reading or typing is there only where the vehicle stands.
import { button, glove, h, icon } from "./dom.js";
import { dots, strip } from "./map.js";
import { topLine } from "./queue.js";
import { region, screen } from "./region.js";
import { sheetOf } from "./sheets.js";
import { nextOf, stepsOf } from "./tur.js";
import { onLine, turnAt } from "./way.js";
import { far, has, t } from "./words.js";

const OFF_M = 120;
let along = 0, lineFor = null;

const frame = () =>
  h(
    "article", { class: "drive" },
    h("div", { "data-region": "top", class: "r-top" }),
    h("div", { "data-region": "next", class: "next" }),
    h("div", { "data-region": "prog", class: "prog" }),
    h("div", { class: "slot" }, h("div", { "data-region": "map" }), h("div", { "data-region": "toast", class: "r-toast" })),
    h("div", { "data-region": "gloves", class: "gloves" }),
    h("div", { "data-region": "still", class: "still" }),
    h("div", { "data-region": "sheet" }),
  );

/** Shows a tur that is driven. */
export const driving = (app, known, acts) => {
  const { tur, queue, toast, news, here, moves } = known;
  const there = screen(app, `drive-${tur.order}`, frame);
  if (lineFor !== tur.order) [along, lineFor] = [0, tur.order];
  const steps = stepsOf(tur), n = nextOf(tur, known.step), step = steps[n] ?? null;
  const spot = whereNow(tur, here);
  const name = known.drive.simulated ? `${tur.short}, ${t("simulated_short")}` : tur.short;
  region(there, "top", [name, queue], () => topLine(name, queue));
  const said = step ? nextWords(tur, step, spot, here) : { street: t("all_done"), under: t("all_done_more"), mind: [] };
  region(there, "next", said, () => nextUp(said, step, tur));
  const done = steps.filter((one) => one.done).length;
  region(there, "prog", [done, steps.length], () => progress(done, steps.length, tur.stops.length));
  region(there, "map", [spot, here, done, n], () => picture(tur, n, spot, here));
  region(there, "toast", toastShows(toast, news), () => receipt(known, acts));
  receiptSays(there, known);
  region(there, "gloves", [tur.order, step?.id ?? step?.room, step?.vessels, steps.length - done], () => gloves(tur, step, acts));
  const refused = known.reports.filter((row) => row.state === "refused").length;
  region(there, "still", [moves, tur.order, refused, step?.id ?? step?.room], () => (moves ? [] : standing(tur, step, refused, acts)));
  region(there, "sheet", sheetShows(known), () => sheetOf(known, acts));
};

/** What a sheet is made of; one that is written in is never made anew while somebody writes. */
const sheetShows = ({ sheet, news, tur, reports }) => {
  if (!sheet || ["message", "weight"].includes(sheet)) return sheet;
  const refused = reports.filter((row) => row.state === "refused").length;
  return [sheet, news, refused, stepsOf(tur).map((one) => [one.id ?? one.room, one.done, one.by, one.later])];
};

/** Where on its line the vehicle is: `{ along, xy, off }`, or null where nobody knows or it is far from it. */
const whereNow = (tur, here) => {
  if (!here || tur.shape.xy.length < 2) return null;
  const xy = tur.shape.place([here.lon, here.lat]), found = onLine(tur.shape, xy, along);
  if (found.off < OFF_M) along = found.along;
  return { along: found.along, off: found.off, xy };
};

const nextWords = (tur, step, spot, here) => {
  if (tur.stops.length) {
    const left = step.vessels.filter((vessel) => !vessel.said);
    return { street: step.name, under: [t("n_vessels", { n: left.length }), step.arrives ? t("about", { clock: step.arrives }) : ""].filter(Boolean).join(", "), mind: [step.why] };
  }
  const mind = [[step.act, step.passes > 1 ? t("passes", { n: step.passes }) : ""].filter(Boolean).join(", "), ...step.mind];
  return { street: step.name, under: distance(tur, step, spot, here), mind: mind.filter(Boolean) };
};

const distance = (tur, step, spot, here) => {
  if (!here) return t("no_place_yet");
  if (!spot || spot.off >= OFF_M || step.from === null) return t("off_way");
  if (spot.along >= step.from - 5 && spot.along <= step.to + 5) return t("here_left", { far: far(Math.max(0, step.to - spot.along)) });
  const turn = turnAt(tur.shape, step.from), ahead = step.from - spot.along;
  if (ahead < 0) return t("behind");
  return t(turn ? `then_${turn}` : "ahead", { far: far(ahead) });
};

const nextUp = (said, step, tur) => [
  h("h1", { class: "next-street" }, said.street),
  h("p", { class: "next-dist" }, said.under),
  said.mind.length ? h("p", { class: "next-mind" }, said.mind.join(". ")) : null,
  tur.stops.length && step ? h("a", { class: "btn go-there", href: `geo:${step.lat},${step.lon}` }, t("go_there")) : null,
];

const progress = (done, all, stops) => [
  h("progress", { class: "meter", max: String(all), value: String(done), "aria-label": t(stops ? "of_stops" : "of_parts", { done, all }) }),
  h("span", {}, t(stops ? "of_stops" : "of_parts", { done, all })),
];

const picture = (tur, n, spot, here) =>
  tur.stops.length
    ? dots({ line: tur.shape, stops: tur.stops, next: n, label: t("map") })
    : strip({ line: tur.shape, parts: tur.parts, along: spot?.along ?? tur.parts[n]?.from ?? 0, me: spot?.xy ?? null, heading: here?.heading, label: t("map") });

const isNews = ({ came, gone }) => came.length > 0 || gone.length > 0;
const toastShows = (toast, news) => (toast ? [toast.id, toast.text, toast.more] : isNews(news) ? ["news", news] : null);

/** What was just tapped, and *Ångra*; else that the depot changed something. What it says changes in place: a button is
 * never made anew under a thumb. */
const receipt = (known, acts) => {
  const { toast, news } = known;
  if (!toast) return isNews(news) ? banner(news, acts) : [];
  return [
    toast.more?.length ? h("div", { class: "more" }, toast.more.map((one) => button(one.text, one.press, { class: "chip", "data-name": one.text }))) : null,
    h(
      "div", { class: "toast", role: "status" }, icon("done"),
      h("p", {}, h("strong", { "data-region": "toast-state" }), h("span", { class: "toast-what", "data-region": "toast-what" })),
      toast.id && !toast.stays ? h("button", { class: "undo", type: "button", onclick: acts.undo, "data-name": "undo" }, t("undo"), h("span", { class: "small", "aria-hidden": "true", "data-region": "toast-left" })) : null,
    ),
  ];
};

/** Whether we have what was tapped, what became of it, and how long it can be undone. */
const receiptSays = (there, { toast, reports }) => {
  if (!toast) return;
  const row = reports.find((one) => one.id === toast.id), left = Math.max(0, Math.ceil((toast.until - Date.now()) / 1000));
  const said = row?.answer?.became === "conflict" ? row.answer.said : "";
  const [state, what] = toast.id ? [stateOf(row, toast.clock), said || toast.text] : [toast.text, ""];
  region(there, "toast-state", state, () => state);
  region(there, "toast-what", what, () => what);
  region(there, "toast-left", left, () => `${left}\u00a0s`);
};

const stateOf = (row, at) => {
  if (row?.state === "refused") return t("stopped_here");
  return t(row?.state === "sent" ? "received" : "saved", { clock: at });
};

const banner = (news, { sheet }) =>
  h(
    "div", { class: "changed", role: "status" }, icon("info"),
    h("p", {}, h("strong", {}, t("new_plan")), h("span", {}, changed(news))),
    h("button", { class: "undo", type: "button", onclick: () => sheet("news"), "data-name": "news" }, t("show_change")),
  );

const changed = ({ came, gone }) =>
  [...came.map((tur) => t("came", { title: tur.title })), ...gone.map((tur) => t("gone", { title: tur.title }))].join(" ");

const SNOW = [
  { kind: "more_snow", sign: "snow", more: [3, 5, 8, 12].map((value) => ({ value, text: `${value}\u00a0cm` })) },
  { kind: "slippery", sign: "ice", more: ["ice", "packed", "under_snow"] },
  { kind: "obstacle", sign: "block", more: ["car", "tree", "works", "other"] },
  { kind: "damage", sign: "warn", more: ["pole", "kerb", "vehicle", "other"] },
  { kind: "later", sign: "back", more: null },
];

const gloves = (tur, step, acts) => (tur.stops.length ? wasteGloves(tur, step, acts) : snowGloves(tur, step, acts));

const snowGloves = (tur, step, acts) => {
  const order = tur.order, segment = step?.id ?? null, where = step?.name ?? "";
  const what = (kind, extra = "") => [t(kind), extra, where].filter(Boolean).join(", ");
  const done = () => acts.tap({ kind: "segment_done", order, segment }, what("segment_done"));
  const seen = async ({ kind, more }) => {
    const row = await acts.tap({ kind, order, segment }, what(kind), []);
    if (row) acts.more(row.id, (more ?? []).map((one) => choice(kind, one, row.id)));
  };
  const choice = (kind, one, about) => {
    const said = typeof one === "string" ? { detail: one } : { value: one.value };
    const text = typeof one === "string" ? t(has(`${kind}_${one}`) ? `${kind}_${one}` : one) : one.text;
    return { text, press: () => acts.tap({ kind, order, segment, about, ...said }, what(kind, text)) };
  };
  const main = step
    ? glove("done", t("segment_done"), done, { class: "is-main", "data-name": "done" })
    : glove("done", t("finish"), () => acts.stop(tur, { kind: "done" }), { class: "is-main", "data-name": "finish" });
  return [main, ...SNOW.map((one) => glove(one.sign, t(one.kind), () => seen(one), { "data-name": one.kind }))];
};

const WASTE = [["emptied", "done"], ["full", "full"], ["unreachable", "lock"], ["missorted", "sort"], ["broken", "broken"], ["empty", "empty"]];

/** Vessels that are chosen, all of the stop at first; one tap says what became of them. */
const wasteGloves = (tur, step, acts) => {
  if (!step) return [glove("done", t("finish_round"), () => acts.stop(tur, { kind: "done" }), { class: "is-main is-wide" })];
  const left = step.vessels.filter((vessel) => !vessel.said), picked = new Set(left.map((vessel) => vessel.id));
  const pick = (vessel, n) => {
    const box = h("input", { type: "checkbox", checked: true, onchange: () => (box.checked ? picked.add(vessel.id) : picked.delete(vessel.id)) });
    return h("label", { class: "vessel" }, box, h("span", {}, [`${n + 1}.`, vessel.fraction, vessel.litres].filter(Boolean).join(" ")));
  };
  const say = async (outcome, more = {}) => {
    const vessels = left.filter((vessel) => picked.has(vessel.id)).map((vessel) => ({ id: vessel.id, outcome, ...more }));
    if (!vessels.length) return;
    const row = await acts.tap({ kind: "stop_done", order: tur.order, room: step.room, vessels }, `${t(`said_${outcome}`)}, ${step.name}`, []);
    if (row && outcome === "emptied") acts.more(row.id, [...[25, 50, 75, 100, 120].map((level) => levelOf(level, vessels)), weightOf(vessels)]);
  };
  const weightOf = (vessels) => ({ text: "kg", press: () => acts.weigh({ order: tur.order, room: step.room, name: step.name, vessels }) });
  const levelOf = (level, vessels) => ({
    text: level > 100 ? t("over_full") : `${level}\u00a0%`,
    press: () => acts.tap({ kind: "stop_done", order: tur.order, room: step.room, vessels: vessels.map((one) => ({ ...one, level_pct: level })) }, `${t("said_emptied")}, ${step.name}`),
  });
  return [
    h("fieldset", { class: "vessels" }, h("legend", { class: "visually-hidden" }, t("which_vessels")), left.map(pick)),
    ...WASTE.map(([outcome, sign], n) => glove(sign, t(`said_${outcome}`), () => say(outcome), { class: n ? "" : "is-main", "data-name": outcome })),
  ];
};

/** The phone's own camera; where it stands goes with the picture. */
const photoButton = (tur, step, photograph) => {
  const taken = (event) => event.target.files[0] && photograph(event.target.files[0], { order: tur.order, segment: step?.id ?? null, room: step?.room ?? null });
  return h("label", { class: "btn", "data-name": "photo" }, t("photo"), h("input", { class: "visually-hidden", type: "file", accept: "image/*", capture: "environment", onchange: taken }));
};

const standing = (tur, step, refused, { sheet, photograph }) => [
  h("p", { class: "still-h" }, t("still")),
  h(
    "div", { class: "still-btns" },
    refused ? button(t("refused", { n: refused }), () => sheet("refused"), { class: "end", "data-name": "refused" }) : null,
    button(t(tur.stops.length ? "all_stops" : "all_parts"), () => sheet("all"), { "data-name": "all" }),
    photoButton(tur, step, photograph),
    button(t("message"), () => sheet("message"), { "data-name": "message" }),
    button(t("end"), () => sheet("end"), { class: "end", "data-name": "end" }),
  ),
];
