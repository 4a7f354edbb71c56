// The page of the sensors: figures come anew where they stand; no form, no open row and no typed letter is touched.
import { watch } from "./watch.js";

const EVERY_MS = 20_000;
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const keys = (root) => all("[data-key]", root).map((part) => part.dataset.key).sort().join("\n");
const known = keys(document);

/** New figures in the places of the old ones. What came or went is said in a line, and shown when the reader wants. */
const refresh = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const parts = new Map(all("[data-live]", fresh).map((part) => [part.dataset.live, part]));
  for (const part of all("[data-live]")) {
    const now = parts.get(part.dataset.live);
    if (now && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
  }
  const strip = fresh.getElementById("fresh");
  if (strip) document.getElementById("fresh")?.replaceWith(strip);
  document.getElementById("newer").hidden = keys(fresh) === known;
};

let asked = 0;
/** One question at a time, and at most one more waits. */
const soon = () => {
  if (asked++ > 0) return;
  refresh()
    .catch(() => {}) // the strip says how old the page is
    .finally(() => {
      const again = asked > 1;
      asked = 0;
      if (again) soon();
    });
};

// A page that answers a form becomes a page that can be loaded anew without sending the form again.
history.replaceState(null, "", location.href);
document.getElementById("done")?.focus({ preventScroll: true });
document.querySelector(".d-form [role=alert]")?.scrollIntoView({ block: "center" });

let first = true;
watch({ state: () => (first ? (first = false) : soon()), lost: () => {} });
const seen = () => document.visibilityState === "visible" && soon();
document.addEventListener("visibilitychange", seen);
setInterval(seen, EVERY_MS);
