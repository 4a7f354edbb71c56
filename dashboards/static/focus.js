// Keeps the focus on its control while the page changes; where the control is gone, it goes to what followed it.

const HEADINGS = "[data-heading], h1, h2, h3";

const isThere = (element) => element.isConnected && element.checkVisibility();

/** Puts the focus on a heading, so that reading goes on from there. */
export const focusHeading = (heading, preventScroll) => {
  if (!heading.matches("a, button, input, select, textarea")) heading.tabIndex = -1;
  heading.focus({ preventScroll });
};

const successor = (ancestors) => {
  for (const ancestor of ancestors.filter(isThere)) {
    const heading = ancestor.matches("tr") ? ancestor.querySelector("[data-open]") : ancestor.querySelector(HEADINGS);
    if (heading && isThere(heading)) return heading;
  }
  return document.querySelector("main");
};

/** Does `change` and sees to it that the focus is not lost by it. The page scrolls to it only after what the reader did. */
export const keepFocus = (change, { scroll = false } = {}) => {
  const element = document.activeElement;
  if (!element || element === document.body) return change();
  const ancestors = [];
  for (let node = element.parentElement; node && node !== document.body; node = node.parentElement) {
    ancestors.push(node);
    if (node.matches("tr.detail")) ancestors.push(node.previousElementSibling);
  }
  change();
  if (document.activeElement !== element || !isThere(element)) focusHeading(successor(ancestors), !scroll);
  return undefined;
};
