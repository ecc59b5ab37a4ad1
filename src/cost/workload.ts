import { CostAssumptions } from './cost-estimate';
import { requireNumberBetween } from '../private/validate';

/** AWS's own month. */
export const HOURS_PER_MONTH = 730;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;

/** What AWS bills as a GB. */
export const GB = 1024 ** 3;

/** What the traffic amounts to in a month. */
export interface Workload {
  readonly eventsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly requestsPerSecond: number;
  readonly events: number;
  readonly requests: number;
  readonly gigabytes: number;
  readonly eventsPerRequest: number;
  /** Bytes of a record, as the collector writes one for each request. */
  readonly recordBytes: number;
  readonly storedMonths: number;
}

/** @throws InvalidPropertyError */
export function workloadOf(assumptions: CostAssumptions): Workload {
  const { eventsPerSecond, averageBytes = 1200, eventsPerRequest = 1, storedMonths = 1 } = assumptions;
  requireNumberBetween('eventsPerSecond', eventsPerSecond, 0, 10_000_000);
  requireNumberBetween('averageBytes', averageBytes, 1, 900 * 1024);
  requireNumberBetween('eventsPerRequest', eventsPerRequest, 1, 10_000);
  requireNumberBetween('storedMonths', storedMonths, 0, 1200);
  const requestsPerSecond = eventsPerSecond / eventsPerRequest;
  const bytesPerSecond = eventsPerSecond * averageBytes;
  return {
    eventsPerSecond,
    bytesPerSecond,
    requestsPerSecond,
    events: eventsPerSecond * SECONDS_PER_MONTH,
    requests: requestsPerSecond * SECONDS_PER_MONTH,
    gigabytes: bytesPerSecond * SECONDS_PER_MONTH / GB,
    eventsPerRequest,
    recordBytes: averageBytes * eventsPerRequest,
    storedMonths,
  };
}
