// Brings a part of the page up to date where it stands. Nodes that go on existing are kept, and so are focus, caret,
// what was typed, chosen, ticked, opened and scrolled; what a reader has changed is never written over.

/** Attributes that the page itself sets, and the server knows nothing of. */
const ownAttributes = (element, name) => {
  if (name === "open") return element.matches("details, dialog");
  if (["aria-expanded", "aria-disabled", "aria-busy", "data-answered"].includes(name)) return true;
  return name === "hidden" && element.matches("tr.detail, [data-pick-all], [data-print], [data-without-script], [data-keeps]");
};

/** What a node is called among its siblings; nodes without a name are matched by kind and order. */
const nameOf = (node) => {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  if (node.id) return `#${node.id}`;
  if (node.dataset.key) return `key ${node.dataset.key}`;
  if (node.localName === "form") return `form ${node.getAttribute("action")}`;
  if (!node.name || !node.matches("input, select, textarea, button")) return "";
  const value = node.matches("button, [type=checkbox], [type=radio]") ? node.getAttribute("value") : "";
  return `${node.localName} ${node.name} ${value}`;
};

/** Whether the reader has changed a control, or is in it. */
const isTouched = (control) => {
  if (control === document.activeElement) return true;
  if (control.matches("[type=checkbox], [type=radio]")) return control.checked !== control.defaultChecked;
  if (control.matches("input, textarea")) return control.value !== control.defaultValue;
  const first = [...control.options].findIndex((option) => option.defaultSelected);
  return control.selectedIndex !== Math.max(0, first);
};

const attributes = (element, fresh, skip) => {
  const isOpen = element.matches("tr.is-open");
  for (const { name } of [...element.attributes]) {
    if (!fresh.hasAttribute(name) && !skip(name)) element.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!skip(name) && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  if (element.matches("tr[data-key]")) element.classList.toggle("is-open", isOpen);
};

/** A control follows the server until the reader has changed it. A list that is open is not touched at all. */
const control = (element, fresh) => {
  const touched = isTouched(element), owned = new Set(["value", "checked", "selected"]);
  attributes(element, fresh, (name) => (touched && owned.has(name)) || ownAttributes(element, name));
  if (element.matches("select")) {
    if (touched) return;
    children(element, fresh);
    element.selectedIndex = Math.max(0, [...element.options].findIndex((option) => option.defaultSelected));
  } else if (!touched && element.matches("[type=checkbox], [type=radio]")) element.checked = fresh.hasAttribute("checked");
  else if (!touched) element.value = fresh.matches("textarea") ? fresh.textContent : (fresh.getAttribute("value") ?? "");
};

const holdsFocus = (node) => node.contains(document.activeElement) && document.activeElement !== document.body;

const found = (here, next, named) => {
  const name = nameOf(next);
  if (name) return named.get(name)?.localName === next.localName ? named.get(name) : undefined;
  const alike = [];
  for (let node = here; node; node = node.nextSibling) if (node.nodeName === next.nodeName && !nameOf(node)) alike.push(node);
  return alike.find((node) => node.className === next.className) ?? alike.find((node) => !holdsFocus(node));
};

/** Brings a kept node to its place. One that holds the focus stays where it is and the others go around it. */
const place = (parent, node, here) => {
  if (!holdsFocus(node)) return parent.insertBefore(node, here);
  while (here !== node) {
    const after = here.nextSibling;
    parent.append(here);
    here = after;
  }
  return node;
};

const children = (element, fresh) => {
  const named = new Map([...element.children].map((child) => [nameOf(child), child]));
  named.delete("");
  let here = element.firstChild;
  for (const next of [...fresh.childNodes]) {
    const kept = found(here, next, named);
    if (kept === undefined) {
      element.insertBefore(document.importNode(next, true), here);
      continue;
    }
    named.delete(nameOf(kept));
    if (kept !== here) place(element, kept, here);
    here = holdsFocus(kept) || kept === here ? kept.nextSibling : here;
    morph(kept, next);
  }
  while (here) {
    const gone = here;
    here = here.nextSibling;
    gone.remove();
  }
};

/** Makes `element` say what `fresh` says, where both are of one kind. */
export const morph = (element, fresh) => {
  if (element.isEqualNode(fresh)) return;
  if (element.nodeType !== Node.ELEMENT_NODE) element.nodeValue = fresh.nodeValue;
  else if (element.matches("input, select, textarea")) control(element, fresh);
  else {
    attributes(element, fresh, (name) => ownAttributes(element, name));
    children(element, fresh);
  }
};
