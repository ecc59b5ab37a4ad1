/** What must be refused with a reason or kept as a bad event, without costing its neighbours anything. */
import { gzipSync } from 'zlib';
import { Ledger } from '../ledger';
import { post, Reply } from './requests';

const MIB = 1024 * 1024;

interface BadInput {
  readonly what: string;
  readonly path: string;
  readonly body: string | Buffer;
  readonly expected: string;
  /** Rows it has to leave in bad_events. */
  readonly bad?: number;
  /** Ids of its good events, which are stored all the same. */
  readonly good?: readonly string[];
}

function badInputs(run: string): BadInput[] {
  const neighbour = (n: number) => `${run}-neighbour-${n}`;
  return [
    { what: 'broken JSON', path: 'events', body: '{"event_name": "click"', expected: '400 invalid_json' },
    { what: 'a body of 2 MB', path: 'events', body: JSON.stringify({ event_name: 'large', text: 'x'.repeat(2 * MIB) }), expected: '413 body_too_large' },
    { what: 'a gzip bomb (200 KB that inflate to 200 MB)', path: 'batch', body: gzipSync(Buffer.alloc(200 * MIB, ' ')), expected: '413 inflated_too_large' },
    { what: 'an event without a name', path: 'events', body: '{"user_id": "ada"}', expected: '400 missing_event_name', bad: 1 },
    { what: 'an unknown path', path: 'no/such/path', body: '{}', expected: '404 unknown_path' },
    {
      what: 'a Segment batch with one nameless event between two good ones',
      path: 'batch',
      expected: '200',
      bad: 1,
      good: [neighbour(1), neighbour(2)],
      body: JSON.stringify({
        batch: [
          { type: 'track', event: 'Before', messageId: neighbour(1), userId: 'ada' },
          { type: 'track', messageId: `${run}-nameless`, userId: 'ada' },
          { type: 'track', event: 'After', messageId: neighbour(2), userId: 'ada' },
        ],
      }),
    },
    {
      what: 'a native array with a number among the events',
      path: 'events',
      expected: '200',
      bad: 1,
      good: [neighbour(3)],
      body: JSON.stringify([{ event_name: 'Fine', event_id: neighbour(3) }, 42]),
    },
  ];
}

/** A refusal has to carry a code and a message: some SDKs resend for ever without. */
const summary = ({ status, code, message }: Reply) => [status, code, status >= 400 && !message ? '(no message)' : undefined].filter(Boolean).join(' ');

export async function sendBadInputs(collectorUrl: string, ledger: Ledger, run: string): Promise<void> {
  for (const { what, path, body, expected, bad = 0, good = [] } of badInputs(run)) {
    const reply = await post(`${collectorUrl}${path}`, body);
    ledger.check(what, expected, summary(reply));
    ledger.bad += bad;
    ledger.acknowledge(good);
  }
}
