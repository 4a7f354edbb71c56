// The one line in which the page says what happened. It lies over the page's foot: nothing moves when it comes.

const SHOWN_MS = 15_000;
let leaving;

/** Where it is said: over a sheet that is open, since what lies behind it is neither seen nor read. */
const live = () => {
  const sheet = document.querySelector("dialog[open]");
  if (!sheet) return document.querySelector("#live");
  const there = sheet.querySelector(".live") ?? document.createElement("div");
  there.className = "live";
  there.role = "status";
  if (!there.isConnected) sheet.append(there);
  return there;
};

/** Says a sentence, with a button where there is something to do about it. */
export const say = (text, { look = "", label = "", act = null } = {}) => {
  const box = document.createElement("div"), words = document.createElement("p");
  box.className = `notice ${look}`;
  words.textContent = text;
  box.append(words);
  if (label) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn is-small";
    button.textContent = label;
    button.addEventListener("click", act);
    box.append(button);
  }
  live().replaceChildren(box);
  clearTimeout(leaving);
  if (!label) leaving = setTimeout(() => box.remove(), SHOWN_MS);
};

export const sayNothing = () => live().replaceChildren();
