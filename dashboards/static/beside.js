// What stands beside the map: the list of turer and the panel of what is chosen; on a phone each is a sheet over the map.
import { morph } from "./morph.js";

const one = (selector) => document.querySelector(selector);

/** ``pick`` is called with a key when a row of the list is chosen, ``close`` when the panel is closed. */
export const beside = ({ base, domain, words, pick, close }) => {
  const list = one("#list");
  const said = one("#said");
  const work = one(".k-work");
  const tabs = [...document.querySelectorAll("[data-sheet-tab]")];
  let pressed;

  const sheet = (name) => {
    work.dataset.sheet = name;
    for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.sheetTab === name));
  };
  for (const tab of tabs) tab.addEventListener("click", () => sheet(work.dataset.sheet === tab.dataset.sheetTab ? "" : tab.dataset.sheetTab));
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-pick]");
    if (row) pick(row.dataset.pick);
  });

  const part = async (path) => {
    const response = await fetch(base + path);
    if (!response.ok) throw new Error(path);
    return new DOMParser().parseFromString(await response.text(), "text/html").body;
  };

  const press = (key) => {
    pressed = key;
    for (const row of list.querySelectorAll("[data-pick]")) row.setAttribute("aria-pressed", String(row.dataset.pick === key));
  };

  /** Takes head and list in as they stand now; who stood on a row stands on it still. */
  const renew = async () => {
    const head = await part(`/karta/huvud?domain=${domain}`);
    for (const id of ["k-status", "fresh"]) morph(one(`#${id}`), head.querySelector(`#${id}`));
    const fresh = await part(`/karta/turer?domain=${domain}`);
    const stood = list.contains(document.activeElement) ? document.activeElement.dataset.pick : undefined;
    list.replaceChildren(...fresh.childNodes);
    press(pressed);
    if (stood !== undefined) list.querySelector(`[data-pick="${CSS.escape(stood)}"]`)?.focus({ preventScroll: true });
  };

  const line = (kind, text) => {
    const element = document.createElement(kind === "h3" ? "h3" : "p");
    if (kind !== "h3") element.className = kind;
    element.textContent = text;
    return element;
  };

  /** Leads to the form in which somebody says what they saw, with the street filled in. */
  const noting = (street) => {
    const link = document.createElement("a");
    link.className = "btn is-small k-note";
    link.href = `${base}/idag?${new URLSearchParams({ domain, sett: street })}#observation-form`;
    link.textContent = words.note;
    return link;
  };

  const closer = () => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon-btn k-close";
    button.innerHTML = '<svg class="icon" aria-hidden="true"><use href="#i-cross"/></svg><span class="visually-hidden"></span>';
    button.lastElementChild.textContent = words.close;
    button.addEventListener("click", close);
    return button;
  };

  /** A tur's panel: what is known at once, then the server's words. */
  const tur = (item) => {
    const kept = [...said.querySelectorAll(".k-panel")].find((panel) => panel.dataset.key === item.key);
    const box = kept ? kept.cloneNode(true) : document.createElement("div");
    box.className = "k-panel";
    if (!kept) box.append(line("h3", item.title), line("under", [item.under, item.action].filter(Boolean).join(", ")), line("line", item.status));
    part(`/karta/tur?${new URLSearchParams({ domain, key: item.key })}`)
      .then((fresh) => {
        const panel = fresh.querySelector(".k-panel");
        panel.dataset.key = item.key;
        const all = panel.querySelector("details");
        if (all) all.open = Boolean(box.querySelector("details")?.open);
        box.replaceWith(panel);
      })
      .catch(() => {});
    return box;
  };

  return {
    renew,
    /** Whether somebody stands in the panel: then it is left as it is until they go on. */
    held: () => said.contains(document.activeElement),
    press,
    line,
    noting,
    tur,
    /** Shows parts in the panel, and on a phone the panel itself. */
    show: (parts, { quiet = false } = {}) => {
      said.replaceChildren(closer(), ...parts);
      if (!quiet) sheet("tur");
    },
    /** Nothing is chosen: the panel says how to choose, and on a phone its sheet goes. */
    hint: (text) => {
      said.replaceChildren(line("muted", text));
      if (work.dataset.sheet === "tur") sheet("");
    },
    /** How much of a canvas the panel lies over, from below [px]; beside it none. */
    covers: (canvas) => {
      const [over, map] = [one(".k-tur").getBoundingClientRect(), canvas.getBoundingClientRect()];
      const apart = over.right <= map.left || over.left >= map.right || over.top >= map.bottom || !over.height;
      return apart ? 0 : map.bottom - Math.max(over.top, map.top);
    },
  };
};
