// The page's words, in its language, and how it says times.
const table = JSON.parse(document.getElementById("words").textContent);
const language = document.documentElement.lang;
const plural = new Intl.PluralRules(language);

/** The text of a key with its gaps filled; of one that counts, the form for `n`. */
export const t = (key, parts = {}) => {
  const entry = table[key] ?? key;
  const text = typeof entry === "string" ? entry : entry[plural.select(parts.n ?? 2)] ?? entry.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? "");
};

/** Whether there is a text of that key. */
export const has = (key) => key in table;

/** A time of day by the phone's clock: 04.47. */
export const clock = (at) => {
  const two = (n) => String(n).padStart(2, "0");
  return `${two(at.getHours())}${language === "sv" ? "." : ":"}${two(at.getMinutes())}`;
};

/** How long something is: 240 m, 1,4 km. */
export const far = (metres) => {
  if (metres < 995) return `${metres < 100 ? Math.round(metres / 10) * 10 : Math.round(metres / 20) * 20}\u00a0m`;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(metres / 1000)}\u00a0km`;
};

/** How old something is: under 1 min, 6 min, 2 h. */
export const age = (ms) => {
  const minutes = Math.floor(ms / 60000);
  if (minutes < 1) return t("age_now");
  return minutes < 90 ? t("age_min", { n: minutes }) : t("age_h", { n: Math.round(minutes / 60) });
};
