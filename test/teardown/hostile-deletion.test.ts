import { deletionsInAnyCircumstances, rollbacksAtEveryPoint } from './simulator/property';
import { CALM } from './simulator/scenario';

test('a stack is gone after its deletion, or the deletion says what is left, in any circumstances', async () => {
  await deletionsInAnyCircumstances({ seed: 20_260_301, numRuns: 200 });
}, 180_000);

test('a creation that fails is rolled back, wherever it fails', () => rollbacksAtEveryPoint(CALM), 180_000);
