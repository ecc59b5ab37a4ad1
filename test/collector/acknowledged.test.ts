import { KinesisClient, PutRecordsCommand, PutRecordsCommandInput, PutRecordsCommandOutput } from '@aws-sdk/client-kinesis';
import { lambdaContext, proxyEvent, settings } from './builders';
import { Collector, handle } from '../../src/collector/handle';
import { KinesisWriter } from '../../src/collector/kinesis-writer';

type Entry = NonNullable<PutRecordsCommandInput['Records']>[number];

const REQUESTS = 200;
const EVENTS_PER_REQUEST = 25;

/** Park and Miller's generator: uniform, and a failing run can be repeated. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A stream that fails in every way a real one does; what it says it stored, and sometimes more, is in `lines`. */
class FaultyStream {
  readonly lines: string[] = [];

  constructor(private readonly random: () => number) {}

  readonly send = async (command: PutRecordsCommand): Promise<PutRecordsCommandOutput> => {
    const fault = this.random();
    if (fault < 0.01) throw Object.assign(new Error('internal'), { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } });
    const results = (command.input.Records ?? []).map(entry => (this.random() < 0.05 ? { ErrorCode: 'ProvisionedThroughputExceededException' } : this.store(entry)));
    if (fault < 0.03) throw Object.assign(new Error('reset after the write'), { name: 'Error', code: 'ECONNRESET' });
    return { FailedRecordCount: results.filter(result => 'ErrorCode' in result).length, Records: results, $metadata: {} };
  };

  private store({ Data }: Entry) {
    this.lines.push(...Buffer.from(Data ?? []).toString().split('\n'));
    return { SequenceNumber: String(this.lines.length), ShardId: 'shardId-0' };
  }
}

/** Events of 40 KB, so that a request is more than one record. */
function requestOf(number: number): { ids: string[]; body: unknown } {
  const ids = Array.from({ length: EVENTS_PER_REQUEST }, (_, index) => `${number}-${index}`);
  return { ids, body: ids.map(event_id => ({ event_name: 'x', event_id, text: 'x'.repeat(40_000) })) };
}

async function acknowledgedIds(collector: Collector): Promise<{ acknowledged: string[]; refused: number }> {
  const acknowledged: string[] = [];
  let refused = 0;
  for (let number = 0; number < REQUESTS; number++) {
    const { ids, body } = requestOf(number);
    const { statusCode } = await handle(proxyEvent({ body, requestId: `r${number}` }), lambdaContext(), collector);
    if (statusCode === 200) acknowledged.push(...ids); else refused++;
  }
  return { acknowledged, refused };
}

test('every acknowledged event is in the stream, whatever fails on the way', async () => {
  const seed = 1 + Math.floor(Math.random() * 2_147_483_645);
  const stream = new FaultyStream(seededRandom(seed));
  // No waits, and a deadline after a few retries: some requests must fail for good.
  let clock = 0;
  const pacing = { now: () => clock, random: () => 1, wait: async (milliseconds: number) => { clock += milliseconds; } };
  const writer = new KinesisWriter(stream as unknown as KinesisClient, 'clicks', pacing);
  const collector: Collector = {
    settings: settings(),
    writer: { write: lines => writer.write(lines, clock + 250) },
    functionName: 'fn',
    log: () => undefined,
  };
  const { acknowledged, refused } = await acknowledgedIds(collector);
  const stored = new Set(stream.lines.map(line => JSON.parse(line).event_id));
  expect({ seed, lost: acknowledged.filter(id => !stored.has(id)) }).toEqual({ seed, lost: [] });
  expect(acknowledged.length + refused * EVENTS_PER_REQUEST).toBe(REQUESTS * EVENTS_PER_REQUEST);
  expect(stream.lines.length).toBeGreaterThan(stored.size); // responses were lost after the write: copies, with their ids
});
