// Listens to the server's events: the whole state comes with every one, so nothing is missed while away.
const AGAIN_MS = 3000;

export const watch = ({ state, lost }) => {
  let source;
  const listen = () => {
    source = new EventSource(`${document.body.dataset.base}/api/v1/events`);
    source.addEventListener("plans", (event) => state(JSON.parse(event.data)));
    source.addEventListener("unavailable", () => lost());
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.OPEN) lost();
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS); // a refusal, as of a proxy, ends it
    });
  };
  listen();
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
};
