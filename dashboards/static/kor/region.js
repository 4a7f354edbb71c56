// Parts of a screen that are made anew only where what they show has changed: nothing moves under a thumb.

/** Fills a part of a screen by its name, where `shows` is something else than before. */
export const region = (screen, name, shows, make) => {
  const place = screen.querySelector(`[data-region=${name}]`), said = JSON.stringify(shows);
  if (!place || place.dataset.shows === said) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  place.dataset.shows = said;
  place.replaceChildren(...[make()].flat().filter(Boolean));
  if (focused) place.querySelector(`[data-name="${focused}"]`)?.focus();
};

/** The screen of that name: the one that is there, or a new one in its place. */
export const screen = (app, name, make) => {
  const there = app.firstElementChild;
  if (there?.dataset.screen === name) return there;
  const made = make();
  made.dataset.screen = name;
  app.replaceChildren(made);
  return made;
};
