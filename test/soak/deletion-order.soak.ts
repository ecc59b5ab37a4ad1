import { anySeed } from '../support/seeded-random';
import { anyCombinationKeepsTheOrder } from '../teardown/order-property';

test('60 combinations of properties keep the order of deletion', () => {
  const seed = anySeed();
  process.stdout.write(`${JSON.stringify({ seed })}\n`);
  anyCombinationKeepsTheOrder({ seed, numRuns: 60 });
}, 900_000);
