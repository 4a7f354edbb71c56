// Hand-over page: without script it is whole; with it, it can be printed from a button.

const print = document.querySelector("[data-print]");
print?.removeAttribute("hidden");
print?.addEventListener("click", () => window.print());
