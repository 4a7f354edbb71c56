// Rows and panels that open. Each opener is a link that does the same without this.

export const openerOf = (id) => document.querySelector(`[data-open][aria-controls="${CSS.escape(id)}"]`);
export const isOpen = (opener) => opener.getAttribute("aria-expanded") === "true";

export const toggle = (opener, open = !isOpen(opener)) => {
  opener.setAttribute("aria-expanded", String(open));
  opener.closest("tr")?.classList.toggle("is-open", open);
  document.getElementById(opener.getAttribute("aria-controls")).hidden = !open;
};

export const listenToRows = () => {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      event.preventDefault();
      toggle(opener);
    } else if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", (event) => {
    const opener = event.target.closest?.("[data-open]");
    if (opener && event.key === " ") {
      event.preventDefault();
      toggle(opener);
    }
  });
};
