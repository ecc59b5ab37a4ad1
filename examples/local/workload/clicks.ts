/** Clicks as a simple page without any SDK sends them, one at a time, each timed until a reader sees its row. */
import { setTimeout as delay } from 'timers/promises';
import { Lake } from '../lake';
import { Latencies } from '../report/latency';
import { Ledger } from '../report/ledger';
import { until } from '../support/until';
import { postUntilStored, Target } from './requests';

const CLICKS = 20;
/** A brisk visitor's, which also spreads the clicks over the job's trigger intervals. */
const PAUSE_MS = 350;
/** One click in five is sent again, as by a page that never saw the answer. */
const SENT_TWICE = 5;
const DEADLINE_MS = 120_000;

export async function clickAround(target: Target, lake: Lake, ledger: Ledger, run: string): Promise<Latencies> {
  const clickedAt = new Map<string, number>();
  const latencies = new Latencies();
  const clicking = click(target, ledger, run, clickedAt);
  let finished = false;
  void clicking.finally(() => { finished = true; });
  await until(DEADLINE_MS, 'the rows of the clicks', async () => {
    const rows = await lake.queryIfInTime<{ event_id: string }>(
      `select event_id from events where event_id like '${run}-click-%'`);
    const now = Date.now();
    for (const { event_id: id } of rows) {
      const at = clickedAt.get(id);
      if (at !== undefined) latencies.add(now - at);
      clickedAt.delete(id);
    }
    return finished && clickedAt.size === 0;
  });
  await clicking;
  return latencies;
}

async function click(target: Target, ledger: Ledger, run: string, clickedAt: Map<string, number>) {
  for (let index = 0; index < CLICKS; index += 1) {
    const id = `${run}-click-${index}`;
    const timestamp = Date.now();
    clickedAt.set(id, timestamp);
    const event = {
      event_id: id,
      event_type: 'click',
      timestamp,
      anonymous_id: `visitor-${index % 4}`,
      session_id: `${run}-session`,
      page_url: 'https://shop.example/coffee?utm_source=search',
      element: 'button',
      text: 'Add to cart',
      x: 40 + index,
      y: 300,
    };
    for (let copy = 0; copy < (index % SENT_TWICE === 0 ? 2 : 1); copy += 1) {
      await postUntilStored(target, 'events', JSON.stringify(event));
      ledger.acknowledge([id]);
    }
    await delay(PAUSE_MS);
  }
}
