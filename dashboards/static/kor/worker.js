const scope = new URL(self.registration.scope), BASE = scope.pathname.replace(/\/kor$/, ""), SHELL = scope.pathname;
const KEPT = `dagsplan-kor-${VERSION}`;

self.addEventListener("install", (event) => {
  const all = [SHELL, ...FILES].map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(all)));
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name.startsWith("dagsplan-kor-") && name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === SHELL) event.respondWith(shell(event.request, url));
  else if (FILES.includes(url.pathname)) event.respondWith(kept(event.request, url.pathname));
});

/** The page itself: as it is kept; asked for in another language or theme, anew, and that one is kept where it is of this
 * version: a newer page does not stand beside older scripts. */
const shell = async (request, url) => {
  const here = await caches.open(KEPT);
  if (!url.search) return (await here.match(SHELL)) ?? fetch(request);
  const answer = await fetch(request).catch(() => null);
  if (!answer) return (await here.match(SHELL)) ?? Response.error();
  if (answer.ok && answer.headers.get("Dagsplan-Version") === VERSION) await here.put(SHELL, answer.clone());
  return answer;
};

const kept = async (request, path) => (await (await caches.open(KEPT)).match(path)) ?? fetch(request);

self.addEventListener("message", (event) => event.data === "take over" && self.skipWaiting());
self.addEventListener("sync", (event) => {
  if (event.tag !== "reports") return;
  const sent = drain(BASE).then((stopped) => stopped === "offline" && Promise.reject(new Error("offline")));
  event.waitUntil(sent);
});
