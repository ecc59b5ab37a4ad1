// What the clients' pages have in common. The test sets window.collector before the page's own scripts run.

/** Address and key of the collector, and what else the test asks for. */
export const { url, key, mode } = window.collector;

/** The visitor opens the page three times; only the first time every call is made. */
export const visit = Number(new URLSearchParams(location.search).get('visit'));

/** How the first two visits end. */
const FAREWELLS = { 1: 'Left', 2: 'Closed' };

/** Tracks a further event when the visitor comes back and one more while the page is going away. */
export function comeAndGo(track) {
  if (visit > 1) track(`Visit ${visit}`);
  if (FAREWELLS[visit]) addEventListener('pagehide', () => track(FAREWELLS[visit]));
}

/** Tells the test that every call was made; whether anything has been sent by then is the SDK's business. */
export function done() {
  window.done = true;
}
