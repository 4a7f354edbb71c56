// Shows what has come since, without moving what somebody is about to press.
const place = document.getElementById("messages");

const look = async () => {
  if (document.hidden || place.contains(document.activeElement)) return;
  try {
    const answer = await fetch("/", { cache: "no-store" });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("messages");
    if (next && next.innerHTML !== place.innerHTML && !place.contains(document.activeElement)) {
      place.replaceChildren(...next.childNodes);
    }
  } catch {
    // The gateway has ended; the page stays as it was.
  }
};

setInterval(look, 2000);
