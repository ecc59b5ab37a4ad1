import { anySeed } from '../support/seeded-random';
import { deletionsInAnyCircumstances } from '../teardown/simulator/property';

test('1,000 deletions in any circumstances end empty, or with the name of what is left', async () => {
  const seed = anySeed();
  process.stdout.write(`${JSON.stringify({ seed })}\n`);
  await deletionsInAnyCircumstances({ seed, numRuns: 1000 });
}, 900_000);
