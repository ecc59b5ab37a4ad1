import * as fc from 'fast-check';
import { anyScenario, Scenario } from './scenario';
import { Simulation } from './simulate';
import { graphOf } from './templates';

/** @throws with the seed, the simplest scenario that fails, and its timeline */
export async function deletionsInAnyCircumstances(parameters: { seed: number; numRuns: number }): Promise<void> {
  const property = fc.asyncProperty(anyScenario, scenario => simulate(scenario, async simulation => {
    await simulation.create();
    await simulation.useJob();
    await simulation.deleteUntilGone();
  }));
  await fc.assert(property, { ...parameters, endOnFailure: true });
}

/** @throws with the timeline of the first creation that could not be rolled back */
export async function rollbacksAtEveryPoint(scenario: Scenario): Promise<void> {
  const count = Object.keys(graphOf(scenario.variant).template.Resources).length;
  for (let created = 0; created < count; created += 1) {
    await simulate(scenario, async simulation => {
      await simulation.createUntilFailure(created);
      await simulation.deleteUntilGone(true);
    });
  }
}

async function simulate(scenario: Scenario, act: (simulation: Simulation) => Promise<void>): Promise<void> {
  const { log } = console;
  console.log = () => undefined; // handlers and framework write a lot
  const simulation = new Simulation(scenario);
  try {
    await act(simulation);
  } finally {
    console.log = log;
    jest.restoreAllMocks();
    jest.useRealTimers();
  }
  if (simulation.timeline.violations.length > 0) throw new Error(simulation.timeline.toString());
}
