// What the phone keeps: reports until we have them, positions until they are sent, and the last it was told. Reports
// are only ever added and marked; an update of the page leaves them as they are. Used by the page and by its worker.
const NAME = "dagsplan-driver", VERSION = 2, KEPT_MS = 24 * 3600e3;

let opened;

const open = () => {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const there = asked.result.objectStoreNames;
      if (!there.contains("reports")) asked.result.createObjectStore("reports", { keyPath: "id" }).createIndex("n", "n", { unique: true });
      if (!there.contains("positions")) asked.result.createObjectStore("positions", { keyPath: "time" });
      if (!there.contains("kept")) asked.result.createObjectStore("kept");
      if (!there.contains("photos")) asked.result.createObjectStore("photos", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opened = undefined; };
      asked.result.onclose = () => { opened = undefined; }; // as when the browser wants its memory back
      done(asked.result);
    };
    asked.onerror = () => { opened = undefined; failed(asked.error); };
  });
  return opened;
};

/** Runs within one transaction and gives what `work` gave, once all of it is on the disk. */
const within = async (stores, mode, work) => {
  const step = await begun(stores, mode);
  return new Promise((done, failed) => {
    let given;
    step.oncomplete = () => done(given);
    step.onabort = step.onerror = () => failed(step.error);
    given = work(step);
  });
};

/** A transaction; where the browser closed the store meanwhile, of the store opened anew. */
const begun = async (stores, mode) => {
  try {
    return (await open()).transaction(stores, mode, { durability: "strict" });
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    opened = undefined;
    return (await open()).transaction(stores, mode, { durability: "strict" });
  }
};

const read = async (stores, asking) => {
  const step = await begun(stores, "readonly");
  return new Promise((done, failed) => {
    const asked = asking(step.objectStore(stores));
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
};

/** Keeps a report; it has its number and its place from here on. Gives it once it is on the disk. Where the phone is full,
 * positions make room for it: a report is the last to go. */
export const saveReport = async (said, vehicle) => {
  try {
    return await saved(said, vehicle);
  } catch (error) {
    if (error?.name !== "QuotaExceededError") throw error;
    await within(["positions"], "readwrite", (step) => void step.objectStore("positions").clear());
    return saved(said, vehicle);
  }
};

const saved = (said, vehicle) => {
  const row = { id: crypto.randomUUID(), vehicle, state: "waits", said: { ...said, at: new Date().toISOString() } };
  return within(["reports", "kept"], "readwrite", (step) => {
    const counter = step.objectStore("kept").get("n");
    counter.onsuccess = () => {
      row.n = row.said.n = (counter.result ?? 0) + 1;
      step.objectStore("kept").put(row.n, "n");
      step.objectStore("reports").add(row);
    };
    return row;
  });
};

/** All reports that the phone still has, in the order in which they were tapped. */
export const reports = () => read("reports", (store) => store.index("n").getAll());

/** Marks what became of a report: `sent`, with our answer, `refused`, with why, or `seen`, a refused one that the driver has
 * read of. It stays. */
export const settle = (id, state, answer) =>
  within(["reports"], "readwrite", (step) => {
    const asked = step.objectStore("reports").get(id);
    asked.onsuccess = () => {
      if (asked.result) step.objectStore("reports").put({ ...asked.result, state, answer: answer ?? asked.result.answer, settled: Date.now() });
    };
  });

/** Forgets reports that we have had for a day, or that were refused and read of. One that waits is never forgotten. */
export const forgetOld = async () => {
  const old = (await reports()).filter((row) => ["sent", "seen"].includes(row.state) && Date.now() - row.settled > KEPT_MS);
  if (old.length) await within(["reports"], "readwrite", (step) => {
    for (const row of old) step.objectStore("reports").delete(row.id);
  });
};

/** Keeps a value under a name, such as the last drive that the phone was told. */
export const keep = (name, value) => within(["kept"], "readwrite", (step) => void step.objectStore("kept").put(value, name));
export const kept = (name) => read("kept", (store) => store.get(name));

export const addPosition = (position) =>
  within(["positions"], "readwrite", (step) => void step.objectStore("positions").put(position));
export const positions = (most) => read("positions", (store) => store.getAll(null, most));
export const dropPositions = (rows) =>
  rows.length ? within(["positions"], "readwrite", (step) => rows.forEach((row) => step.objectStore("positions").delete(row.time))) : undefined;

/** Keeps the photograph of a report, made small already. */
export const addPhoto = (photo) => within(["photos"], "readwrite", (step) => void step.objectStore("photos").put(photo));
export const photos = () => read("photos", (store) => store.getAll());
export const dropPhoto = (id) => within(["photos"], "readwrite", (step) => void step.objectStore("photos").delete(id));
