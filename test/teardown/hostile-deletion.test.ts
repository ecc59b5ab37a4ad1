import { deletionsInAnyCircumstances } from './simulator/property';

test('a stack is gone after its deletion, or the deletion says what is left, in any circumstances', async () => {
  await deletionsInAnyCircumstances({ seed: 20_260_301, numRuns: 200 });
});
