import * as fc from 'fast-check';

/** Templates that are deleted; see templates.ts. */
export const VARIANTS = [
  'kept', 'deleted', 'own vpc', 'imported vpc', 'no network', 'scheduled', 'scheduled, deleted', 'http api',
  'function url',
] as const;
export type Variant = typeof VARIANTS[number];

/** The circumstances of one deletion. Times are minutes. */
export interface Scenario {
  /** Of every random choice while it is simulated. */
  readonly seed: number;
  readonly variant: Variant;
  readonly timeout: number;
  readonly onTimeout: 'FAIL' | 'CONTINUE';
  readonly workers: number;
  /** When the deletion begins, the run has just ended, is starting, or is running. */
  readonly run: 'none' | 'ended' | 'starting' | 'running';
  readonly endedRuns: number;
  readonly stopsNeeded: number;
  readonly stopMinutes: number;
  readonly retryAfter?: number;
  readonly lastDrain: 'SUCCEEDED' | 'FAILED' | 'never' | 'refused';
  readonly drainMinutes: number;
  readonly interfaceLag: number;
  readonly glueDeletesAfter: number;
  readonly roleGone: boolean;
  readonly throttled: number;
  readonly foreignInterfaces: number;
  /** One of the foreign interfaces uses the job's security group. */
  readonly foreignInGroup: boolean;
  /** The handler's invocation that Lambda ends, and the call in which it does. */
  readonly kill?: { readonly invocation: number; readonly call: number };
  readonly sentTwice: boolean;
}

/** Nothing goes wrong. */
export const CALM: Scenario = {
  seed: 1,
  variant: 'kept',
  timeout: 45,
  onTimeout: 'FAIL',
  workers: 2,
  run: 'running',
  endedRuns: 0,
  stopsNeeded: 1,
  stopMinutes: 1,
  lastDrain: 'SUCCEEDED',
  drainMinutes: 3,
  interfaceLag: 15,
  glueDeletesAfter: 15,
  roleGone: false,
  throttled: 0,
  foreignInterfaces: 0,
  foreignInGroup: false,
  sentTwice: false,
};

const usually = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.integer({ min: 1, max: 2_147_483_645 }),
  variant: fc.constantFrom(...VARIANTS),
  timeout: usually(45, 10, 50),
  onTimeout: usually<'FAIL' | 'CONTINUE'>('FAIL', 'CONTINUE'),
  workers: fc.integer({ min: 2, max: 40 }),
  run: fc.constantFrom('none', 'ended', 'starting', 'running'),
  endedRuns: fc.integer({ min: 0, max: 12 }),
  stopsNeeded: usually(1, 3),
  stopMinutes: usually(2, 0.1, 20, 60),
  retryAfter: fc.option(fc.double({ min: 0, max: 0.9, noNaN: true }), { nil: undefined }),
  lastDrain: usually<Scenario['lastDrain']>('SUCCEEDED', 'FAILED', 'never', 'refused'),
  drainMinutes: usually(3, 1, 25),
  interfaceLag: fc.integer({ min: 0, max: 90 }),
  glueDeletesAfter: fc.integer({ min: 0, max: 60 }),
  roleGone: usually(false, true),
  throttled: usually(0, 0.3, 0.7),
  foreignInterfaces: fc.integer({ min: 0, max: 7 }),
  foreignInGroup: usually(false, true),
  kill: fc.option(
    fc.record({ invocation: fc.integer({ min: 1, max: 20 }), call: fc.integer({ min: 1, max: 6 }) }),
    { nil: undefined, freq: 5 }),
  sentTwice: usually(false, true),
});
