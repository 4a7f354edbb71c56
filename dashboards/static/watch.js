// Listens to the server's events: the whole state comes with every one, so nothing is missed while away.
export const watch = ({ state, lost }) => {
  const source = new EventSource(`${document.body.dataset.base}/api/v1/events`);
  source.addEventListener("plans", (event) => state(JSON.parse(event.data)));
  source.addEventListener("unavailable", () => lost());
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.OPEN) lost();
  });
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  return source;
};
