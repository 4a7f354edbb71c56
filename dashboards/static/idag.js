// The day page: rows that open, the count on the button, and new figures in place. All of it works without this.
import { listenToBoxes, shown } from "./chosen.js";
import { countDown } from "./countdown.js";
import { isBusy, listenToDrafts, refresh } from "./refresh.js";
import { listenToRows } from "./rows.js";
import { beginNote } from "./seen.js";
import { listenToSheet } from "./sheet.js";
import { say, sayNothing } from "./speak.js";
import { holdBack, listenToForms } from "./submit.js";
import { watch } from "./watch.js";

const EVERY_MS = 30_000;
const live = document.querySelector("#live");
let isAway = false, steps, followed, heard;

const offline = (away) => {
  if (away === isAway) return;
  isAway = away;
  holdBack(away);
  if (away) say(live.dataset.offline, { look: "is-warn", label: live.dataset.tryNow, act: tryNow });
  else sayNothing();
};

const renew = (how) =>
  refresh(how).then(() => offline(false), () => offline(true));

function tryNow() {
  say(live.dataset.trying);
  isAway = false;
  renew({});
}

const asked = (version) =>
  say(live.dataset.newPlan.replace("{n}", version), {
    label: live.dataset.show,
    act: () => {
      sayNothing();
      renew({});
    },
  });

const follow = (plans) => {
  const mine = plans[live.dataset.domain], isNew = mine && mine.id !== live.dataset.plan;
  const noted = mine?.noted !== undefined && mine.noted !== live.dataset.noted;
  const stepped = steps !== undefined && mine && (mine.order_events !== steps || mine.followed !== followed || mine.heard !== heard);
  const back = isAway;
  live.dataset.heard = "yes";
  steps = mine?.order_events ?? 0;
  followed = mine?.followed;
  heard = mine?.heard;
  if (isNew && isBusy()) {
    asked(mine.version);
    renew({ plan: false });
  } else if (isNew || stepped || noted || back) renew({});
};

listenToRows();
listenToBoxes();
listenToForms();
listenToSheet();
countDown();
listenToDrafts();
shown();
beginNote();
if (live?.dataset.watch === "yes") {
  watch({ lost: () => offline(true), state: follow });
  setInterval(() => document.visibilityState === "visible" && renew({ plan: !isBusy() }), EVERY_MS);
}
