import * as fc from 'fast-check';
import { anyScenario, Scenario } from './scenario';
import { Simulation } from './simulate';

/** @throws with the seed, the simplest scenario that fails, and its timeline */
export async function deletionsInAnyCircumstances(parameters: { seed: number; numRuns: number }): Promise<void> {
  await fc.assert(fc.asyncProperty(anyScenario, deletion), { ...parameters, endOnFailure: true });
}

async function deletion(scenario: Scenario): Promise<void> {
  const { log } = console;
  console.log = () => undefined; // handlers and framework write a lot
  const simulation = new Simulation(scenario);
  try {
    await simulation.create();
    await simulation.useJob();
    await simulation.deleteUntilGone();
  } finally {
    console.log = log;
    jest.restoreAllMocks();
    jest.useRealTimers();
  }
  if (simulation.timeline.violations.length > 0) throw new Error(simulation.timeline.toString());
}
