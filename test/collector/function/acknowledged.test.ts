import { proxyEvent } from './builders';
import { acknowledgedLoad } from '../../support/acknowledged-load';
import { failingStream } from '../../support/failing-stream';
import { Faults } from '../../support/kinesis-fault-proxy';
import { anySeed } from '../../support/seeded-random';

test('every acknowledged event is in the stream, whatever fails on the way', async () => {
  const seed = anySeed();
  const { acknowledged, lost, foreign, copies, faults } = await acknowledgedLoad({
    events: 20_000,
    faults: { refusedRecords: 0.05, lostAnswers: 0.02, serverErrors: 0.01 },
    seed,
  });
  expect({ seed, acknowledged, lost, foreign }).toEqual({ seed, acknowledged: 20_000, lost: [], foreign: 0 });
  // It means something only if everything did fail.
  for (const fault of ['refusedRecords', 'lostAnswers', 'serverErrors'] as const) {
    expect(faults[fault]).toBeGreaterThan(0);
  }
  expect(copies).toBeGreaterThan(0);
}, 120_000);

describe('an outage', () => {
  const stream = failingStream(2);

  test.each<[string, Faults]>([
    ['of errors', { serverErrors: 1 }],
    ['of refused records', { refusedRecords: 1 }],
    ['of lost answers', { lostAnswers: 1 }],
    ['of silence', { delays: { share: 1, milliseconds: 60_000 } }],
  ])('%s is answered with 503 before the function ends, and a retry afterwards is stored', async (name, faults) => {
    const { kinesis, proxy, collector } = stream();
    const event = proxyEvent({ body: { event_name: 'click', event_id: name } });
    proxy.faults = faults;
    expect(await collector.invoke(event)).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '5' } });
    proxy.faults = {};
    expect(await collector.invoke(event)).toMatchObject({ statusCode: 200 });
    expect((await kinesis.lines()).map(line => JSON.parse(line).event_id)).toContain(name);
  }, 10_000);
});
