// The button that declines says which turer it declines.

const MOST_NAMED = 6;

/** Names the turer of some ticked boxes on the button. */
export const nameTicked = (ticked) => {
  const button = document.querySelector("[data-names]");
  if (!button) return;
  const names = [...new Map(ticked.map((box) => [box.dataset.target ?? box.value, box.dataset.name])).values()];
  const said = names.slice(0, MOST_NAMED).join(", ") + (names.length > MOST_NAMED ? " …" : "");
  const words = names.length === 0 ? button.dataset.none : names.length === 1 ? button.dataset.one : button.dataset.many;
  button.textContent = words.replace("{n}", names.length).replace("{turer}", said);
};
