import { MILLION, Part, service } from './cost-line';
import { Facts } from './facts';
import { GB, SECONDS_PER_MONTH } from './workload';
import { CHECK_INTERVAL } from '../processing/job-keeper';

const CHECKS_PER_MONTH = SECONDS_PER_MONTH / CHECK_INTERVAL.toSeconds();

/** Assumed time of a check: three calls to Glue. */
const CHECK_SECONDS = 0.3;
/** The keeper's line of metrics, and Lambda's START, END and REPORT, each with what CloudWatch adds. */
const CHECK_LOG_BYTES = 1_100;

/** Metrics that the keeper publishes at each check. */
export const KEEPER_METRICS = [
  'RunActive', 'RunStarts', 'RunFailures', 'StartsRefused', 'BreakerOpen', 'SecondsSinceSuccess',
];

const lambda = service('Lambda');
const cloudWatch = service('CloudWatch');

/** What is there whether or not events arrive. */
export function upkeepPart(facts: Facts): Part {
  const gbSeconds = CHECKS_PER_MONTH * CHECK_SECONDS * facts.keeperMemoryMb / 1024;
  // An idle keeper of a scheduled job looks for records at every check.
  const looks = facts.job.startsPerDay === undefined ? 0 : CHECKS_PER_MONTH;
  return {
    lines: [
      cloudWatch.fixed('alarms, by their metrics', 'alarms', facts.alarmMetrics),
      cloudWatch.fixed('dashboard', 'dashboards', facts.dashboards),
      cloudWatch.fixed("the keeper's metrics", 'customMetrics', KEEPER_METRICS.length),
      cloudWatch.fixed("the keeper's looks for records", 'metricRequests', looks / MILLION),
      cloudWatch.fixed("the keeper's log", 'logsIngested', CHECKS_PER_MONTH * CHECK_LOG_BYTES / GB),
      lambda.fixed('requests to the keeper', 'lambdaRequests', CHECKS_PER_MONTH / MILLION),
      lambda.fixed('time of the keeper', 'lambdaArmCompute', gbSeconds / MILLION),
      service('X-Ray').fixed('traces of the keeper', 'traces', facts.isKeeperTraced ? CHECKS_PER_MONTH / MILLION : 0),
      service('KMS').fixed('keys', 'kmsKeys', facts.keys),
      service('Secrets Manager').fixed('secrets', 'secrets', facts.secrets),
    ],
  };
}
