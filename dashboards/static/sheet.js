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
  const html = new DOMParser().parseFromString(await response.text(), "text/html");
  const sheet = html.querySelector("#sheet");
  if (!sheet) return say(html.querySelector("#notices .notice, .problem h1")?.textContent.trim() ?? live.dataset.failedPlain, { look: "is-warn" });
  const place = dialog();
  place.replaceChildren(document.importNode(sheet, true));
  if (!place.open) place.showModal();
  focusHeading(place.querySelector("#sheet-h"), true);
  return undefined;
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
  document.addEventListener("click", (event) => {
    const close = event.target.closest("dialog [data-close]");
    if (!close) return;
    event.preventDefault();
    close.closest("dialog").close();
  });
};
