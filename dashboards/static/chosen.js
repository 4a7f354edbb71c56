// What is ticked, and the count of it on the button: turer, of which some have a second run.

import { nameTicked } from "./declining.js";

/** The boxes of the table: the sheet, and forms of the board, carry keys too, which nobody ticks. */
const boxes = () => [...document.querySelectorAll('input[type="checkbox"][name="keys"]')];

export const count = () => {
  const button = document.querySelector("[data-count]");
  const chosen = boxes().filter((box) => box.checked).length;
  const turer = new Set(boxes().filter((box) => box.checked).map((box) => box.dataset.target ?? box.value)).size;
  if (button) {
    button.disabled = turer === 0;
    const words = turer === 0 ? button.dataset.none : turer === 1 ? button.dataset.one : button.dataset.many;
    button.textContent = words.replace("{n}", turer);
  }
  nameTicked(boxes().filter((box) => box.checked));
  const whole = document.querySelector("[data-pick-all] input");
  if (whole) {
    whole.checked = chosen > 0 && chosen === boxes().length;
    whole.indeterminate = chosen > 0 && !whole.checked;
  }
};

/** Shows what only works with script, and hides what only is needed without it. */
export const shown = () => {
  for (const part of document.querySelectorAll("[data-pick-all], [data-print]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;
  count();
};

export const listenToBoxes = () => {
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-pick-all]")) for (const box of boxes()) box.checked = event.target.checked;
    if (event.target.matches("[data-submit]")) event.target.form.submit();
    count();
  });
};
