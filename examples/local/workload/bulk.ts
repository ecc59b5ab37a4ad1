/** Many events over HTTP, some requests sent twice as by a client that never saw the answer. */
import { Ledger } from '../report/ledger';
import { postUntilStored, Target } from './requests';

const EVENTS_A_REQUEST = 100;
const REQUESTS_AT_ONCE = 4;
/** One request in ten is sent again. */
const RESENT = 10;

const NAMES = ['Product Viewed', 'Product Added', 'Checkout Started', 'Order Completed'];

function bulkEvent(run: string, index: number) {
  return {
    event_id: `${run}-bulk-${index}`,
    event_name: NAMES[index % NAMES.length],
    timestamp: Date.now(),
    anonymous_id: `visitor-${index % 997}`,
    session_id: `session-${index % 1499}`,
    page_url: `https://shop.example/products/${index % 50}?utm_source=news&utm_campaign=autumn`,
    page_title: 'Coffee',
    properties: { position: index % 24, price: 12.5 + index % 7, currency: 'EUR', tags: ['filter', 'single origin'] },
  };
}

/** @param halfway called once, when half of the requests are stored, while the others go on */
export async function sendBulk(
  target: Target, ledger: Ledger, run: string, events: number, halfway: () => void,
): Promise<void> {
  const requests = Math.ceil(events / EVENTS_A_REQUEST);
  let next = 0;
  const send = async () => {
    while (next < requests) {
      const request = next;
      next += 1;
      if (request === Math.floor(requests / 2)) halfway();
      await sendRequest(request);
    }
  };
  const sendRequest = async (request: number) => {
    const first = request * EVENTS_A_REQUEST;
    const size = Math.min(EVENTS_A_REQUEST, events - first);
    const batch = Array.from({ length: size }, (_, index) => bulkEvent(run, first + index));
    const body = JSON.stringify({ events: batch });
    for (let copy = 0; copy < (request % RESENT === 0 ? 2 : 1); copy += 1) {
      await postUntilStored(target, 'events', body);
      ledger.acknowledge(batch.map(event => event.event_id));
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, send));
}
