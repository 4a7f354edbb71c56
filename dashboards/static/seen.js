// Somebody comes from the map to note what they saw: the street is filled in, and the figure is what is to be typed.

export const beginNote = () => {
  const place = new URL(location.href);
  const street = document.querySelector("#observation-street"), depth = document.querySelector("#observation-value");
  if (!street || !place.searchParams.has("sett")) return;
  const name = street.value;
  street.defaultValue = ""; // as if it had been typed: it stays while the page renews itself, and goes once it is saved
  street.value = name;
  place.searchParams.delete("sett");
  history.replaceState(null, "", place);
  const begin = () => depth.focus(); // once the browser has gone to the form, which takes the focus away
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", () => setTimeout(begin));
};
