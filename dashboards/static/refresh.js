// New figures in place: the page is fetched again and each part of it is brought up to date where it stands.
import { shown } from "./chosen.js";
import { holdDraft, readDraft } from "./draft.js";
import { keepFocus } from "./focus.js";
import { morph } from "./morph.js";
import { isOpen, openerOf, toggle } from "./rows.js";

const live = document.querySelector("#live");
const OF_THE_PLAN = new Set(["answer", "plan", "uncared", "declined", "below"]);

const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/** Whether the reader is at work in the table: a new plan then waits until it is asked for. */
export const isBusy = () => {
  const table = document.querySelector("#table");
  return table?.contains(document.activeElement) || [...table.querySelectorAll("[data-open]")].filter(isOpen).length > 1;
};

/** Takes in a page; false where it is none of ours. `plan`: another plan's rows too; `draft`: a newer draft too; `scroll`: the reader did something. */
export const take = (html, { plan = true, draft = false, scroll = false } = {}) => {
  const fresh = parse(html), next = fresh.querySelector("#live");
  if (!next || !live) return false;
  const held = draft ? null : readDraft(fresh);
  if (held) holdDraft(fresh, held);
  const samePlan = next.dataset.plan === live.dataset.plan;
  keepFocus(() => {
    for (const part of document.querySelectorAll("[data-part]")) {
      const renewed = fresh.getElementById(part.id);
      if (renewed && (plan || samePlan || !OF_THE_PLAN.has(part.dataset.part))) morph(part, renewed);
    }
    shown();
  }, { scroll });
  if (plan || samePlan) for (const { name, value } of next.attributes) if (name.startsWith("data-")) live.setAttribute(name, value);
  return true;
};

let fetching = null, again = null;

/** Fetches the page again; who asks meanwhile gets the page after. Raises TypeError where nothing answers. */
export const refresh = (how = {}) => {
  if (fetching) {
    again = { ...again, ...how };
    return fetching;
  }
  const get = async () => {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (response.ok) take(await response.text(), how);
  };
  fetching = get().finally(() => {
    fetching = null;
    if (again) {
      const next = again;
      again = null;
      refresh(next).catch(() => {});
    }
  });
  return fetching;
};

export const listenToDrafts = () => {
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-show-draft]")) return;
    refresh({ draft: true }).then(() => {
      const opener = openerOf("draft");
      if (opener && !isOpen(opener)) toggle(opener);
    });
  });
};
