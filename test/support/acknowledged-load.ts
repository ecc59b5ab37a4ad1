import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { gzipSync } from 'zlib';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { CollectorHost, STREAM_NAME } from './collector-host';
import { FaultCounts, Faults, KinesisFaultProxy } from './kinesis-fault-proxy';
import { seededRandom } from './seeded-random';
import { LocalKinesis } from '../../examples/local/aws';
import { proxyEvent } from '../collector/function/builders';

export interface LoadOptions {
  readonly events: number;
  readonly faults: Faults;
  readonly seed: number;
}

export interface LoadReport {
  readonly requests: number;
  /** answers other than 200; their requests were sent again */
  readonly refusals: number;
  readonly acknowledged: number;
  /** ids that were acknowledged and are not in the stream */
  readonly lost: readonly string[];
  /** ids in the stream that were never sent, or lines that are not events */
  readonly foreign: number;
  /** lines beyond one for each event: stored again because an answer was lost */
  readonly copies: number;
  readonly faults: Readonly<FaultCounts>;
  readonly peakMemoryMib: number;
  readonly seconds: number;
}

interface Request { readonly ids: readonly string[]; readonly event: APIGatewayProxyEvent }

const INSTANCES = 2;
const IN_FLIGHT = 4;
const MAX_ATTEMPTS = 20;

/** Shares of requests: single events, batches as trackers send them, and batches that need more than one record. */
const SINGLE_SHARE = 0.3;
const LARGE_SHARE = 0.04;
const BATCH_EVENTS = 60;
const LARGE_BATCH_EVENTS = 100;
const LARGE_TEXT = 'x'.repeat(12_000);

/** Sends events through the function's bundle to a failing emulator, and compares acknowledged with stored ids. */
export async function acknowledgedLoad({ events, faults, seed }: LoadOptions): Promise<LoadReport> {
  const started = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'kinesis-'));
  const kinesis = await LocalKinesis.start(folder, { name: STREAM_NAME, shards: 4 });
  const proxy = await KinesisFaultProxy.start(kinesis.endpoint, seededRandom(seed), faults);
  const collector = new CollectorHost({ endpoint: proxy.endpoint, instances: INSTANCES });
  try {
    const { ids, ...sent } = await sendAll(requests(events, seededRandom(seed)), collector);
    const peakMemoryMib = Math.round(collector.peakMemoryMib());
    const seconds = Math.round((Date.now() - started) / 1000);
    return { ...sent, ...compare(ids, await kinesis.lines()), faults: proxy.counts, peakMemoryMib, seconds };
  } finally {
    await collector.close();
    await proxy.stop();
    await kinesis.stop();
    rmSync(folder, { recursive: true });
  }
}

function* requests(events: number, random: () => number): Generator<Request> {
  for (let sent = 0, number = 0; sent < events; number++) {
    const kind = random();
    const large = kind < LARGE_SHARE;
    const wanted = large ? LARGE_BATCH_EVENTS : 1 + Math.floor(random() * BATCH_EVENTS);
    const size = Math.min(events - sent, kind > 1 - SINGLE_SHARE ? 1 : wanted);
    const ids = Array.from({ length: size }, (_, index) => `${number}-${index}`);
    const messages = ids.map(messageId => ({
      type: 'track',
      event: 'Order',
      userId: 'u',
      messageId,
      properties: { total: 12.5, text: large ? LARGE_TEXT : 'small' },
    }));
    const body = JSON.stringify({ batch: messages });
    yield {
      ids,
      event: proxyEvent({ path: '/v1/batch', body: large ? gzipSync(body) : body, requestId: `request-${number}` }),
    };
    sent += size;
  }
}

/** Clients that send a request until it is acknowledged, a few at a time. */
async function sendAll(all: Generator<Request>, collector: CollectorHost) {
  const ids = new Set<string>();
  let requestCount = 0;
  let refusals = 0;
  const client = async () => {
    for (const request of all) {
      requestCount++;
      for (let attempt = 1; (await collector.invoke(request.event)).statusCode !== 200; attempt++) {
        refusals++;
        if (attempt === MAX_ATTEMPTS) {
          throw new Error(`a request was refused ${attempt} times: ${collector.log.slice(-3).join(' ')}`);
        }
      }
      request.ids.forEach(id => ids.add(id));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  return { ids, requests: requestCount, refusals };
}

function compare(acknowledged: ReadonlySet<string>, lines: readonly string[]) {
  const stored = new Set<string>();
  let foreign = 0;
  for (const line of lines) {
    const { kind, event_id } = JSON.parse(line) as { kind: string; event_id: string };
    if (kind === 'event' && acknowledged.has(event_id)) stored.add(event_id); else foreign++;
  }
  return {
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter(id => !stored.has(id)),
    foreign,
    copies: lines.length - foreign - stored.size,
  };
}
