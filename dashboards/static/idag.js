// The day page: rows that open, the count on the button, and new figures in place. All of it works without this.
import { watch } from "./watch.js";

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const live = one("#live");

// ---- Rows that open ------------------------------------------------------------------------------------------

const toggle = (opener) => {
  const open = opener.getAttribute("aria-expanded") !== "true";
  opener.setAttribute("aria-expanded", String(open));
  opener.closest("tr").classList.toggle("is-open", open);
  document.getElementById(opener.getAttribute("aria-controls")).hidden = !open;
};

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    event.preventDefault();
    toggle(opener);
  } else if (event.target.closest("[data-print]")) {
    window.print();
  }
});
document.addEventListener("keydown", (event) => {
  const opener = event.target.closest?.("[data-open]");
  if (opener && event.key === " ") {
    event.preventDefault();
    toggle(opener);
  }
});

// ---- What is chosen ------------------------------------------------------------------------------------------

const boxes = () => all('input[name="keys"]');

const count = () => {
  const button = one("[data-count]");
  const chosen = boxes().filter((box) => box.checked).length;
  if (button) {
    button.disabled = chosen === 0;
    button.textContent =
      chosen === 0 ? button.dataset.none : chosen === 1 ? button.dataset.one : button.dataset.many.replace("{n}", chosen);
  }
  const whole = one("[data-pick-all] input");
  if (whole) {
    whole.checked = chosen > 0 && chosen === boxes().length;
    whole.indeterminate = chosen > 0 && !whole.checked;
  }
};

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-pick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("[data-submit]")) event.target.form.submit();
  count();
});

// ---- New figures in place ------------------------------------------------------------------------------------

const shown = () => {
  for (const part of all("[data-pick-all], [data-print]")) part.hidden = false;
  for (const part of all("[data-without-script]")) part.hidden = true;
  count();
};

/** Keeps what the reader did: opened rows, unticked boxes, where the focus is. */
const kept = () => ({
  open: new Set(all("[data-open][aria-expanded=true]").map((opener) => opener.closest("tr").dataset.key)),
  off: new Set(boxes().filter((box) => !box.checked).map((box) => box.value)),
  known: new Set(boxes().map((box) => box.value)),
  focus: document.activeElement?.closest("tr[data-key]")?.dataset.key,
});

const restore = (before) => {
  for (const opener of all("[data-open]")) {
    const wanted = before.open.has(opener.closest("tr").dataset.key);
    if (wanted !== (opener.getAttribute("aria-expanded") === "true")) toggle(opener);
  }
  for (const box of boxes()) if (before.known.has(box.value)) box.checked = !before.off.has(box.value);
  if (before.focus) one(`tr[data-key="${CSS.escape(before.focus)}"] [data-open]`)?.focus({ preventScroll: true });
};

/** Rows of the same plan are brought up to date where they stand: nothing moves under the hand. */
const sameRows = (fresh) => {
  for (const row of all("tr[data-key]")) {
    const now = one(`tr[data-key="${CSS.escape(row.dataset.key)}"]`, fresh);
    if (!now) continue;
    for (const cell of [".c-pick", ".c-stat", ".c-next"]) one(cell, row)?.replaceChildren(...one(cell, now).childNodes);
    const more = document.getElementById(`${row.id}-more`);
    const newMore = fresh.getElementById(`${row.id}-more`);
    if (more && newMore) one("td", more).replaceChildren(...one("td", newMore).childNodes);
  }
};

const show = (html) => {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const next = one("#live", fresh);
  if (!next) return document.open(), document.write(html), document.close();
  const before = kept();
  const parts = ["fresh", "notices", "answer", "declined", "below"];
  const keys = (root) => all("#table tr[data-key]", root).map((row) => row.dataset.key).sort().join();
  if (next.dataset.plan === live.dataset.plan && keys(document) === keys(fresh)) sameRows(fresh);
  else parts.push("table");
  for (const id of parts) document.getElementById(id)?.replaceWith(fresh.getElementById(id) ?? "");
  all(".tabs .count").forEach((place, i) => place.replaceChildren(...all(".tabs .count", fresh)[i].childNodes));
  live.dataset.plan = next.dataset.plan;
  live.dataset.noted = next.dataset.noted;
  restore(before);
  shown();
  return undefined;
};

const fetchAgain = async () => {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (response.ok) show(await response.text());
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-step]")) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  const button = event.submitter;
  if (button) button.disabled = true;
  try {
    const response = await fetch(button?.getAttribute("formaction") ?? form.action, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "text/html" },
    });
    show(await response.text());
    if (!response.ok) one("#notices .notice, main h1")?.scrollIntoView({ block: "center" });
  } catch {
    offline(true);
  } finally {
    if (button) button.disabled = false;
    count();
  }
});

// ---- What the server tells -----------------------------------------------------------------------------------

const busy = () => {
  const table = one("#table");
  return table?.contains(document.activeElement) || all("[data-open][aria-expanded=true]", table).length > 1;
};

const tell = (text, label) => {
  const line = document.createElement("div");
  line.className = "notice";
  const words = document.createElement("p");
  words.textContent = text;
  line.append(words);
  if (label) {
    const button = document.createElement("button");
    button.className = "btn is-small";
    button.textContent = label;
    button.addEventListener("click", () => {
      live.replaceChildren();
      fetchAgain();
    });
    words.append(" ", button);
  }
  live.replaceChildren(line);
};

const offline = (away) => {
  if (!away) return live.replaceChildren();
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  return tell(live.dataset.offline.replace("{clock}", clock.format(new Date())));
};

let steps, followed;
if (live?.dataset.watch === "yes") {
  watch({
    lost: () => offline(true),
    state: (plans) => {
      const mine = plans[live.dataset.domain];
      const first = steps === undefined;
      const noted = mine?.noted !== undefined && mine.noted !== live.dataset.noted;
      const stepped = !first && mine && (mine.order_events !== steps || mine.followed !== followed || noted);
      steps = mine?.order_events ?? 0;
      followed = mine?.followed;
      if (mine && mine.id !== live.dataset.plan) {
        if (busy()) tell(live.dataset.newPlan.replace("{n}", mine.version), live.dataset.show);
        else fetchAgain();
      } else {
        offline(false);
        if (stepped) fetchAgain();
      }
    },
  });
}
shown();
