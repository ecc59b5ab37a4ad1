/** A client's time further back than this is not when somebody clicked: the event is imported or the clock is wrong. */
const OLDEST_CLICK_MS = 60_000;

/** When an event's way to its row began, in epoch milliseconds: at the click, or else when it was received. */
export function clickTime({ client_ts: clicked, received_ts: received }: {
  readonly client_ts?: string; readonly received_ts: string;
}): number {
  const start = Date.parse(received);
  const click = Date.parse(clicked ?? '');
  return click <= start && start - click <= OLDEST_CLICK_MS ? click : start;
}
