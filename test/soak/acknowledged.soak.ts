import { acknowledgedLoad } from '../support/acknowledged-load';
import { anySeed } from '../support/seeded-random';

test('100,000 acknowledged events are in the stream, whatever fails on the way', async () => {
  const seed = anySeed();
  const faults = { refusedRecords: 0.05, lostAnswers: 0.02, serverErrors: 0.01 };
  const report = await acknowledgedLoad({ events: 100_000, faults, seed });
  process.stdout.write(`${JSON.stringify({ seed, ...report })}\n`);
  expect(report).toMatchObject({ acknowledged: 100_000, lost: [], foreign: 0 });
}, 900_000);
