// Seconds that run down: "58 s", "4 min 12 s". The server says how many are left whenever the page is brought up to date.

const ends = new WeakMap();

const said = (seconds) => {
  const minutes = Math.floor(seconds / 60);
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
};

/** A button whose time is over does nothing more. It is not disabled: that would lose the focus. */
const over = (button, yes) => {
  if (button.hasAttribute("data-over") === yes) return;
  button.toggleAttribute("data-over", yes);
  if (yes) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
};

const tick = () => {
  for (const place of document.querySelectorAll("[data-left]")) {
    let known = ends.get(place);
    if (known?.left !== place.dataset.left) {
      known = { left: place.dataset.left, at: performance.now() + 1000 * Number(place.dataset.left) };
      ends.set(place, known);
    }
    const left = Math.max(0, Math.ceil((known.at - performance.now()) / 1000));
    if (place.textContent !== said(left)) place.textContent = said(left);
    const undo = place.closest("[data-undo]");
    if (undo) over(undo, left === 0);
  }
};

export const countDown = () => setInterval(tick, 250);
