/** Compares the tables with the ledger and says so in a table. */
import { Latencies } from './latency';
import { Ledger } from './ledger';
import { LocalLakehouse } from './local-lakehouse';
import { renderTable } from './text-table';
import { until } from './until';

/** A killed driver needs a start and a replay. */
const ROWS_DEADLINE_MS = 180_000;

export interface Outcome {
  readonly records: number;
  readonly lines: number;
  readonly events: number;
  readonly bad: number;
  readonly distinct: number;
  readonly missing: readonly string[];
  readonly foreign: number;
}

interface Counts { readonly records: number; readonly lines: number; readonly events: number; readonly bad: number; readonly distinct: number }

/** Only what came in since then: the tables may hold an earlier run. */
const countsSince = (since: Date) => {
  const moment = `timestamptz '${since.toISOString()}'`;
  return `select
    (select count(*) from raw where arrival_ts >= ${moment}) as records,
    (select coalesce(sum(length(data) - length(replace(data, chr(10), '')) + 1), 0)::bigint from raw where arrival_ts >= ${moment}) as lines,
    (select count(*) from events where received_ts >= ${moment}) as events,
    (select count(*) from bad_events where received_ts >= ${moment}) as bad,
    (select count(distinct event_id) from events where received_ts >= ${moment}) as distinct`;
};

/** Waits until every event sent has become a row or a bad event, then looks who is who. */
export async function awaitRows({ lake }: LocalLakehouse, ledger: Ledger, since: Date): Promise<Outcome> {
  const expected = ledger.acknowledged.size + ledger.bad;
  const counts = await until(ROWS_DEADLINE_MS, `${expected} events in the tables`, async () => {
    const [found] = await lake.query<Counts>(countsSince(since));
    return found.events + found.bad >= expected && found;
  });
  const rows = await lake.query<{ event_id: string }>(`select event_id from events where received_ts >= timestamptz '${since.toISOString()}'`);
  const stored = new Set(rows.map(row => row.event_id));
  return {
    ...counts,
    missing: [...ledger.acknowledged].filter(id => !stored.has(id)),
    foreign: [...stored].filter(id => !ledger.acknowledged.has(id)).length,
  };
}

const count = new Intl.NumberFormat('en');
const seconds = (milliseconds?: number) => milliseconds === undefined ? '–' : `${(milliseconds / 1000).toFixed(1)} s`;

export interface ReportInput {
  readonly ledger: Ledger;
  readonly outcome: Outcome;
  readonly latencies: Latencies;
  readonly accepted: number;
  readonly kills: number;
}

export function renderReport({ ledger, outcome, latencies, accepted, kills }: ReportInput): string {
  const { acknowledged, bad, copies } = ledger;
  return renderTable(['', ''], [
    ['events sent', count.format(acknowledged.size + bad)],
    ['  of them bad', count.format(bad)],
    ['sent again by clients', count.format(copies)],
    ['accepted by the collector', count.format(accepted)],
    ['in raw', `${count.format(outcome.lines)} (${count.format(outcome.records)} Kinesis records)`],
    ['in events', count.format(outcome.events)],
    ['in bad_events', count.format(outcome.bad)],
    ['duplicates removed', count.format(outcome.lines - outcome.events - outcome.bad)],
    ['duplicates left', count.format(outcome.events - outcome.distinct)],
    ['Spark driver killed', `${kills} times`.replace(/^1 times$/, 'once').replace(/^0 times$/, 'never')],
    ['click to row, median', seconds(latencies.percentile(0.5))],
    ['click to row, 95th percentile', seconds(latencies.percentile(0.95))],
  ]);
}

/** What is not as it must be, one sentence each. */
export function faults({ ledger, outcome, accepted }: ReportInput): string[] {
  const { acknowledged, bad, copies, failedChecks } = ledger;
  const removed = outcome.lines - outcome.events - outcome.bad;
  const found = failedChecks.map(({ what, expected, got }) => `${what}: expected ${expected}, got ${got}`);
  if (outcome.missing.length > 0) found.push(`${outcome.missing.length} acknowledged events are not in events, among them ${outcome.missing.slice(0, 3).join(', ')}`);
  if (outcome.foreign > 0) found.push(`${outcome.foreign} rows of events were never sent`);
  if (outcome.events !== outcome.distinct) found.push(`${outcome.events - outcome.distinct} rows of events are duplicates`);
  if (outcome.bad !== bad) found.push(`bad_events has ${outcome.bad} rows instead of ${bad}`);
  if (outcome.events !== acknowledged.size) found.push(`events has ${outcome.events} rows instead of ${acknowledged.size}`);
  if (accepted !== acknowledged.size + copies) found.push(`the collector counts ${accepted} accepted events instead of ${acknowledged.size + copies}`);
  if (removed !== copies) found.push(`${removed} duplicates were removed, but clients sent ${copies} copies`);
  return found;
}
