// Forms that are sent without leaving the page. The answer is a page too: its parts take their places, what it says is
// spoken, and where nothing comes back the form stays as it is, with a way to try again.
import { count } from "./chosen.js";
import { refresh, take } from "./refresh.js";
import { closeSheet, showSheet } from "./sheet.js";
import { say, sayNothing } from "./speak.js";

const SAME_PLACE_PX = 24, SAME_PLACE_MS = 1000;
const live = document.querySelector("#live");
const sending = new Set();
let away = false, pressed = null;

/** Actions are held back while nobody is there to take them. */
export const holdBack = (yes) => {
  away = yes;
  for (const button of document.querySelectorAll("form[data-step] button, form[data-sheet] button, button[form]")) {
    if (yes) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
};

const spoken = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const place = page.querySelector("#live .notice") ?? page.querySelector("[data-said]");
  return { text: place?.textContent.trim() ?? "", look: place?.className.replace("notice", "").trim() ?? "" };
};

const failed = (form, submitter, why) =>
  say(why, { look: "is-stop", label: live.dataset.again, act: () => send(form, submitter) });

/** What a page that is none of ours says: its heading, else that something failed. */
const reasonOf = (html) => {
  const heading = new DOMParser().parseFromString(html, "text/html").querySelector(".problem h1");
  return heading ? live.dataset.failed.replace("{problem}", heading.textContent.trim()) : live.dataset.failedPlain;
};

/** Empties what was sent: the whole form, or of one that has other uses the fields around its button. */
const clear = (form, submitter) => {
  if (form.matches("[data-clears]")) form.reset();
  const fields = submitter?.closest("[data-clears]:not(form)")?.querySelectorAll("select, input") ?? [];
  for (const field of fields) {
    if (field.matches("select")) field.selectedIndex = 0;
    else field.value = field.defaultValue;
  }
};

/** A field that is wrong has the focus, and its problem below it is seen. */
const show = (field) => {
  field.focus({ preventScroll: true });
  field.closest(".field, form").scrollIntoView({ block: "center" });
};

const answered = async (response, form, submitter, draft) => {
  const html = await response.text();
  const ours = new DOMParser().parseFromString(html, "text/html").querySelector("#live") !== null;
  if (!ours && form.matches("dialog #sheet") && showSheet(html)) return undefined;
  if (!ours) return failed(form, submitter, reasonOf(html));
  if (response.ok) clear(form, submitter);
  take(html, { draft: draft !== null, scroll: true });
  closeSheet(form);
  const { text, look } = spoken(html);
  if (text) say(text, { look });
  else if (!response.ok) sayNothing(); // what was said of something else lies over what is wrong now
  const wrong = response.ok ? null : document.querySelector("[aria-invalid=true]");
  if (wrong) show(wrong);
  return undefined;
};

/** Says of a form that it is being sent, where it says what was sent or not; gives what takes that back. */
const sayingSo = (form) => {
  const places = [...form.querySelectorAll("[data-sending]")], before = places.map((place) => place.textContent);
  for (const place of places) place.textContent = place.dataset.sending;
  return () => places.forEach((place, n) => (place.textContent = before[n]));
};

const send = async (form, submitter) => {
  if (sending.has(form)) return;
  sending.add(form);
  form.setAttribute("aria-busy", "true");
  const asBefore = sayingSo(form);
  const draft = form.closest("#draft");
  if (draft) draft.dataset.answered = "";
  const action = submitter?.getAttribute("formaction") ? submitter.formAction : form.action;
  try {
    const response = await fetch(action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form, submitter?.form === form ? submitter : null)),
      headers: { Accept: "text/html" },
    });
    await answered(response, form, submitter, draft);
  } catch {
    failed(form, submitter, live.dataset.unsent);
  } finally {
    sending.delete(form);
    asBefore();
    if (draft) delete draft.dataset.answered;
    form.removeAttribute("aria-busy");
    if (pressed) pressed.at = performance.now();
    count();
  }
};

/** A second press where the first one was means the first: what has come there since is not what was aimed at. */
const isSecondPress = (event, what) => {
  if (!event.detail || !pressed || pressed.what === what || performance.now() - pressed.at > SAME_PLACE_MS) return false;
  return Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < SAME_PLACE_PX;
};

/** A form, or a button of one that leads elsewhere, that is sent without leaving the page. */
const isStep = (form, button) => (button?.hasAttribute("formaction") ? button : form).matches("[data-step]");

export const listenToForms = () => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button?.form || !isStep(button.form, button)) return;
    const what = `${button.formAction} ${button.name} ${button.value}`;
    if (isSecondPress(event, what)) event.preventDefault();
    else if (event.detail) pressed = { what, x: event.clientX, y: event.clientY, at: performance.now() };
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!isStep(form, event.submitter)) return;
    event.preventDefault();
    if (event.submitter?.hasAttribute("data-over")) return;
    if (away) say(live.dataset.offline, { look: "is-warn", label: live.dataset.tryNow, act: () => refresh().catch(() => {}) });
    else send(form, event.submitter);
  });
};
