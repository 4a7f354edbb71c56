// Snow and surface hour by hour: fetched once they are asked for, coloured in the browser, one street told by the server.
import { code } from "./styles.js";

const one = (selector) => document.querySelector(selector);
const MINUS = "\u2212";
const HOUR_MS = 3_600_000;

/** Which step a temperature has [tenths of °C], a difference from the middle street [tenths of K], a depth [tenths of cm]. */
const byDegrees = (t) => (t > 20 ? 1 : t > 0 ? 2 : t > -20 ? 3 : t > -50 ? 4 : 5);
const byDifference = (k) => (k > 7 ? 1 : k > 2 ? 2 : k >= -2 ? 3 : k >= -7 ? 4 : 5);
const byDepth = (d) => (d < 10 ? 1 : d < 30 ? 2 : d < 50 ? 3 : d < 100 ? 4 : 5);

/** The layers that have hours. ``json`` fetches from the interface, ``now`` gives the time of the map; ``changed`` is
    called when the streets look different. */
export const hourLayers = ({ words, base, json, now, changed }) => {
  let known; // the answer of /api/v1/roads.json
  let rowOf; // Int32Array: the row of each street of the town
  let town;
  let hour = 0;
  let follows = true;
  let apart = false;
  let middle = 0;
  let showing; // "depth", "road" or nothing

  const degrees = (t) => words.surface.replace("{value}", (t / 10).toFixed(1).replace("-", MINUS).replace(".", words.comma));
  const present = () => {
    const at = Math.ceil((now() - Date.parse(known.first)) / HOUR_MS);
    return Math.max(0, Math.min(known.hours.length - 1, at));
  };

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
    follows = hour === present();
    one("#hour").value = String(hour);
    one("#hour").setAttribute("aria-valuetext", known.hours[hour]);
    for (const line of document.querySelectorAll("[data-for-when]")) line.textContent = words.computed.replace("{clock}", known.hours[hour]);
    tally();
    halfway();
  };

  const link = (to) => {
    town = to;
    const row = new Map(known.id.map((id, at) => [id, at]));
    rowOf = Int32Array.from(town.id, (id) => row.get(id) ?? -1);
  };

  const take = async (kept) => {
    const answer = await json("roads.json");
    known = answer;
    link(town);
    one("#hour").max = String(Math.max(0, answer.hours.length - 1));
    one("#land-unknown").hidden = answer.land !== false;
    const at = answer.hours.indexOf(kept); // the same hour of a newer outlook has another place
    if (answer.hours.length) turn(at < 0 ? present() : at);
    else for (const line of document.querySelectorAll("[data-for-when]")) line.textContent = words.no_road;
  };

  /** Takes in the server's words and chart of a street, unless the hour has changed meanwhile. */
  const fill = async (part, id) => {
    const [asked, layer] = [hour, showing];
    const response = await fetch(`${base}/karta/gata?${new URLSearchParams({ segment: id, hour: String(asked), layer })}`);
    if (!response.ok) return;
    const whole = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".road");
    if (asked === hour && layer === showing && whole) part.replaceChildren(whole);
  };

  const moved = (to) => {
    turn(to);
    changed();
  };
  one("#hour").addEventListener("input", (event) => moved(Number(event.target.value)));
  one("#to-now").addEventListener("click", () => known && moved(present()));
  for (const button of document.querySelectorAll("[data-hour]")) {
    button.addEventListener("click", () => known && moved(hour + Number(button.dataset.hour)));
  }
  one("#measure").addEventListener("change", (event) => {
    apart = event.target.value === "apart";
    for (const list of document.querySelectorAll("[data-measure]")) list.hidden = (list.dataset.measure === "apart") !== apart;
    changed();
  });

  const tenths = (what, i) => {
    const row = rowOf[i];
    return row < 0 ? undefined : known[what][row][hour] ?? undefined;
  };

  return {
    load: async (streets) => {
      town = streets;
      if (!known) await take();
    },
    /** Takes the newest outlook in, at the same hour as before where it has that; what follows now goes on with it. */
    renew: async (streets) => {
      town = streets;
      if (!known) return;
      await take(follows ? undefined : known.hours[hour]);
    },
    shown: (kind) => {
      showing = kind;
      one("#hours").hidden = !kind || !known?.hours.length;
    },
    /** The hour that is shown in words, and whether it is the present one; nothing where there are no hours. */
    when: () => (showing && known?.hours.length ? { clock: known.hours[hour], follows } : undefined),
    missing: () => Boolean(known) && !known.hours.length,
    codeOf: (i) => {
      const value = tenths(showing === "depth" ? "cm" : "c", i);
      if (value === undefined) return code.none;
      if (showing === "depth") return code[`depth-${byDepth(value)}`];
      return code[`road-${apart ? byDifference(value - middle) : byDegrees(value)}`];
    },
    /** What the map knows at once of a street; a chosen one is then told in full by the server. */
    words: (i) => {
      const part = document.createElement("div");
      const figure = document.createElement("p");
      const value = tenths(showing === "depth" ? "cm" : "c", i);
      figure.className = "figure";
      if (value === undefined) figure.textContent = words.unknown;
      else if (showing === "depth") figure.textContent = words.depth.replace("{depth}", (value / 10).toFixed(1).replace(".", words.comma));
      else figure.textContent = degrees(value);
      part.append(figure);
      fill(part, town.id[i]).catch(() => {});
      return part;
    },
  };
};
