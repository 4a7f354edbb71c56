// The theme switch without a reload. The choice is kept in a cookie, so that the server draws the next page right.
const order = ["auto", "light", "dark"];
const root = document.documentElement;

const set = (theme) => {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=${document.body.dataset.base || "/"}; max-age=31536000; samesite=lax`;
  document.dispatchEvent(new CustomEvent("theme"));
};

const name = (button, theme) => {
  button.querySelector("span").textContent = button.dataset[theme];
};

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const next = order[(order.indexOf(root.dataset.theme ?? "auto") + 1) % order.length];
    set(next);
    name(button, next);
  });
}
