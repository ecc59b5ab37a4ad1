/** Inputs that must be refused with a reason or kept as a bad event, without any harm to the events beside them. */
import { gzipSync } from 'zlib';
import { Ledger } from '../report/ledger';
import { post, Reply, Target } from './requests';

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
    {
      what: 'a body of 2 MB',
      path: 'events',
      expected: '413 body_too_large',
      body: JSON.stringify({ event_name: 'large', text: 'x'.repeat(2 * MIB) }),
    },
    {
      what: 'a gzip bomb (200 KB that inflate to 200 MB)',
      path: 'batch',
      expected: '413 inflated_too_large',
      body: gzipSync(Buffer.alloc(200 * MIB, ' ')),
    },
    {
      what: 'an event without a name',
      path: 'events',
      expected: '400 missing_event_name',
      bad: 1,
      body: '{"user_id": "ada"}',
    },
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

/** A refusal has to carry a code and a message, because without them some SDKs resend for ever. */
function summary({ status, code, message }: Reply): string {
  return [status, code, status >= 400 && !message ? '(no message)' : undefined].filter(Boolean).join(' ');
}

export async function sendBadInputs(target: Target, ledger: Ledger, run: string): Promise<void> {
  for (const { what, path, body, expected, bad = 0, good = [] } of badInputs(run)) {
    const reply = await post(target, path, body);
    ledger.check(what, expected, summary(reply));
    ledger.bad += bad;
    ledger.acknowledge(good);
  }
}
