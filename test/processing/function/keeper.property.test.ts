import * as fc from 'fast-check';
import { keepJob, KeeperScenario } from '../../support/keeper-simulation';

const scenario: fc.Arbitrary<KeeperScenario> = fc.record({
  seed: fc.integer({ min: 1, max: 2_147_483_645 }),
  beginsContinuous: fc.boolean(),
  modeChanges: fc.array(fc.integer({ min: 10, max: 700 }), { maxLength: 3 }),
  deployments: fc.array(fc.integer({ min: 10, max: 700 }), { maxLength: 2 }),
  lostEvents: fc.constantFrom(0, 0.3),
  lostSchedule: fc.boolean(),
  repeatedEvents: fc.constantFrom(0, 0.3),
  latestMinutes: fc.constantFrom(0, 5),
  failsPerHour: fc.constantFrom(0, 0.5),
  stopsNeeded: fc.constantFrom(1, 3),
  eventsPerHour: fc.constantFrom(0, 1, 60),
});

test('keeps one run going whatever becomes of the events, in both modes and through changes between them', async () => {
  const property = fc.asyncProperty(scenario, async one => {
    const timeline = await keepJob(one);
    if (timeline.violations.length > 0) throw new Error(timeline.toString());
  });
  await fc.assert(property, { seed: 20_260_301, numRuns: 40, endOnFailure: true });
});
