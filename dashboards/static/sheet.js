// The sheet before a call-out lies over the page: the second tap sends, and lies where the first one was not.
import { focusHeading } from "./focus.js";
import { say } from "./speak.js";

const live = document.querySelector("#live");

const dialog = () => {
  const there = document.querySelector("dialog.sheet-dialog");
  if (there) return there;
  const made = document.createElement("dialog");
  made.className = "sheet-dialog";
  made.setAttribute("aria-labelledby", "sheet-h");
  document.body.append(made);
  return made;
};

const open = async (form) => {
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  const html = await response.text();
  if (!showSheet(html)) say(otherwise(html), { look: "is-warn" });
};

const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/** What a page says that holds no sheet. */
const otherwise = (html) => parse(html).querySelector("#notices .notice, .problem h1")?.textContent.trim() ?? live.dataset.failedPlain;

/** Lays the sheet of a page over this one; whether it has one. */
export const showSheet = (html) => {
  const sheet = parse(html).querySelector("#sheet");
  if (!sheet) return false;
  const place = dialog();
  place.replaceChildren(document.importNode(sheet, true));
  for (const part of place.querySelectorAll("[data-without-script]")) part.hidden = true;
  if (!place.open) place.showModal();
  focusHeading(place.querySelector("#sheet-h"), true);
  return true;
};

/** Shows the sheet with the vehicle that was chosen in it; who was left out stays so. */
const choose = async (list) => {
  const form = list.form, left = [...form.querySelectorAll("[name=lines]:not(:checked)")].map((box) => box.value);
  const asked = new FormData(form);
  for (const name of ["lines", "shown"]) asked.delete(name);
  const response = await fetch(`${form.action}?${new URLSearchParams(asked)}`, { headers: { Accept: "text/html" } });
  if (!showSheet(await response.text())) return;
  for (const value of left) {
    const box = document.querySelector(`dialog [name=lines][value="${CSS.escape(value)}"]`);
    if (box) box.checked = false;
  }
  const again = document.getElementById(list.id);
  again?.closest("details").setAttribute("open", "");
  again?.focus();
};

/** Takes the sheet away once it is sent; what it came to stands on the board. */
export const closeSheet = (form) => {
  const place = form.closest("dialog");
  if (!place) return;
  place.close();
  place.replaceChildren();
  const board = document.querySelector("#board-h");
  if (board) focusHeading(board, false);
};

export const listenToSheet = () => {
  let opening = false;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-sheet]") || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (opening) return;
    opening = true;
    open(form).catch(() => say(live.dataset.unsent, { look: "is-stop" })).finally(() => (opening = false));
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("dialog [data-chosen-vehicle]")) choose(event.target).catch(() => say(live.dataset.failedPlain, { look: "is-stop" }));
  });
  document.addEventListener("click", (event) => {
    const close = event.target.closest("dialog [data-close]");
    if (!close) return;
    event.preventDefault();
    close.closest("dialog").close();
  });
};
