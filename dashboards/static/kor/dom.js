// Elements from words and values; never from markup.
const SVG = "http://www.w3.org/2000/svg";

/** An element with its attributes and children; `on…` are listened to, false and null are left out. */
export const h = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const s = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

const fill = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
};

export const icon = (name) => s("svg", { class: "icon", "aria-hidden": "true" }, s("use", { href: `#i-${name}` }));

/** A button of glove size. */
export const glove = (sign, text, press, more = {}) =>
  h("button", { type: "button", onclick: press, ...more, class: `glove ${more.class ?? ""}` }, icon(sign), h("span", {}, text));

export const button = (text, press, more = {}) =>
  h("button", { type: "button", onclick: press, ...more, class: `btn ${more.class ?? ""}` }, text);
