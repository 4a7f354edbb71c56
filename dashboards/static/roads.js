// The road surface, hour by hour: fetched once it is asked for, coloured in the browser, one street told by the server.
const one = (selector) => document.querySelector(selector);
const MINUS = "\u2212";

/** Which colour a temperature has [tenths of °C], and a difference from the middle street [tenths of K]. */
const byDegrees = (t) => (t > 20 ? 1 : t > 0 ? 2 : t > -20 ? 3 : t > -50 ? 4 : t > -100 ? 5 : 6);
const byDifference = (k) => (k > 7 ? 1 : k > 2 ? 2 : k >= -2 ? 3 : k >= -7 ? 4 : 5);

/** The layer of the map. ``json`` fetches from the interface; ``changed`` is called when the streets look different. */
export const roadLayer = ({ words, base, json, changed }) => {
  let known; // the answer of /api/v1/roads.json
  let place = new Map(); // street id → its row
  let hour = 0;
  let apart = false;
  let middle = 0;

  const tenths = (street) => known?.c[place.get(street.id)]?.[hour] ?? undefined;
  const degrees = (t) => words.surface.replace("{value}", (t / 10).toFixed(1).replace("-", MINUS).replace(".", words.comma));

  const halfway = () => {
    const all = known.c.map((row) => row[hour]).filter((t) => t !== null).sort((a, b) => a - b);
    middle = all[Math.floor(all.length / 2)] ?? 0;
    one("#middle").textContent = all.length ? degrees(middle) : "";
  };

  const tally = () => {
    const found = { s: 0, i: 0, w: 0, d: 0 };
    for (const row of known.condition) if (row[hour] in found) found[row[hour]] += 1;
    const put = { snow: found.s, ice: found.i, wet: found.w, dry: found.d, all: known.id.length };
    one("#counts").textContent = Object.entries(put).reduce((text, [name, n]) => text.replace(`{${name}}`, n), words.counts);
  };

  const turn = (to) => {
    hour = Math.max(0, Math.min(known.hours.length - 1, to));
    one("#hour").value = String(hour);
    one("#hour").setAttribute("aria-valuetext", known.hours[hour]);
    one("#hour-said").textContent = known.hours[hour];
    tally();
    halfway();
  };

  /** Takes the newest outlook in, at the same hour as before where it has that; the one before stands until then. */
  const renew = async () => {
    if (!known) return;
    await take(known.hours[hour]);
    changed();
  };

  const load = async () => known ?? take();

  const take = async (kept) => {
    const answer = await json("roads.json");
    place = new Map(answer.id.map((id, at) => [id, at]));
    known = answer;
    one("#hour").max = String(Math.max(0, answer.hours.length - 1));
    const at = answer.hours.indexOf(kept); // the same hour of a newer outlook has another place
    if (answer.hours.length) turn(at < 0 ? answer.start : at);
    else one("#counts").textContent = words.no_road;
  };

  /** Takes in the server's words and chart of a street, unless the hour has changed meanwhile. */
  const fill = async (part, street) => {
    const asked = hour;
    const response = await fetch(`${base}/karta/gata?${new URLSearchParams({ segment: street.id, hour: String(asked) })}`);
    if (!response.ok) return;
    const whole = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".road");
    if (asked === hour && whole) part.replaceChildren(whole);
  };

  one("#hour").addEventListener("input", (event) => {
    turn(Number(event.target.value));
    changed();
  });
  for (const button of document.querySelectorAll("[data-hour]")) {
    button.addEventListener("click", () => {
      turn(hour + Number(button.dataset.hour));
      changed();
    });
  }
  one("#measure").addEventListener("change", (event) => {
    apart = event.target.value === "apart";
    for (const list of document.querySelectorAll("[data-measure]")) list.hidden = (list.dataset.measure === "apart") !== apart;
    changed();
  });

  return {
    load,
    renew,
    shown: (yes) => (one("#hours").hidden = !yes || !known?.hours.length),
    style: (street) => {
      const t = tenths(street);
      if (t === undefined) return "idle";
      return `road-${apart ? byDifference(t - middle) : byDegrees(t)}`;
    },
    /** What the map knows at once; a chosen street is then told in full by the server. */
    words: (street, chosen) => {
      const part = document.createElement("div");
      const figure = document.createElement("p");
      const t = tenths(street);
      figure.className = "figure";
      figure.textContent = t === undefined ? words.unknown : degrees(t);
      part.append(figure);
      if (chosen) fill(part, street).catch(() => {});
      return part;
    },
  };
};
