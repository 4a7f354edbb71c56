// The one line in which the page says what happened. It lies over the page's foot: nothing moves when it comes.

const SHOWN_MS = 15_000;
let leaving;

const live = () => document.querySelector("#live");

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
