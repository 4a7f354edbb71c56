// The watch's draft. One that is being read stays until the reader asks for the newer one.
const panel = () => document.querySelector("#draft");

/** The draft that is open now, where another page no longer holds it; null where it does, or the reader has answered. */
export const readDraft = (fresh) => {
  const read = panel();
  if (!read || read.hidden || "answered" in read.dataset) return null;
  return fresh.querySelector("#draft")?.dataset.draft === read.dataset.draft ? null : read;
};

const replaceText = (element, words) => words !== undefined && element && (element.textContent = words);

/** Keeps the draft that is read in a fresh page, and lets the row say what has become of it. */
export const holdDraft = (fresh, read) => {
  const row = fresh.querySelector("#watch-row"), newer = fresh.querySelector("#draft");
  replaceText(row.querySelector("strong"), newer ? row.dataset.newer : read.dataset.gone);
  replaceText(row.querySelector("p > span"), read.dataset.reading);
  row.className = "watch is-warn";
  for (const act of row.querySelectorAll("[data-open], [data-show-draft], [data-take]")) act.remove();
  const button = fresh.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.dataset.showDraft = "";
  button.textContent = newer ? read.dataset.show : read.dataset.close;
  row.append(button);
  const kept = fresh.importNode(read, true);
  for (const form of kept.querySelectorAll("form")) {
    const said = fresh.createElement("p");
    said.className = "draft-gone";
    said.textContent = newer ? row.dataset.replaced : read.dataset.gone;
    form.replaceWith(said);
  }
  if (newer) newer.replaceWith(kept);
  else row.after(kept);
};
