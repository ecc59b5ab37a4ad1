/** Compares the tables with the ledger and prints the result as a table. */
import { Latencies } from './latency';
import { Ledger } from './ledger';
import { renderTable } from './text-table.cjs';
import { countQuery, Lake, TableCounts } from '../lake/index';
import { until } from '../support/until';

/** A killed driver needs a start and a replay. */
const ROWS_DEADLINE_MS = 180_000;

/** The rows that a run has left in the tables. */
export interface StoredRows extends TableCounts {
  /** number of distinct ids among the rows of events */
  readonly distinct: number;
  /** acknowledged ids that are not in events */
  readonly missing: readonly string[];
  /** number of ids in events that were never sent */
  readonly unknown: number;
}

/** Waits until every event sent has become a row or a bad event, then compares the ids. */
export async function awaitRows(lake: Lake, ledger: Ledger, since: Date): Promise<StoredRows> {
  const expected = ledger.acknowledged.size + ledger.bad;
  const counts = await until(ROWS_DEADLINE_MS, `${expected} events in the tables`, async () => {
    const [found] = await lake.queryIfInTime<TableCounts>(countQuery(since));
    return found && found.events + found.bad >= expected && found;
  });
  const rows = await lake.query<{ event_id: string }>(
    `select event_id from events where received_ts >= timestamptz '${since.toISOString()}'`);
  const stored = new Set(rows.map(row => row.event_id));
  return {
    ...counts,
    events: rows.length,
    distinct: stored.size,
    missing: [...ledger.acknowledged].filter(id => !stored.has(id)),
    unknown: [...stored].filter(id => !ledger.acknowledged.has(id)).length,
  };
}

const count = new Intl.NumberFormat('en');
const seconds = (milliseconds?: number) => milliseconds === undefined ? '–' : `${(milliseconds / 1000).toFixed(1)} s`;

export interface ReportInput {
  readonly ledger: Ledger;
  readonly stored: StoredRows;
  readonly latencies: Latencies;
  /** number of events that the collector's metric counts as accepted */
  readonly accepted: number;
  /** how often the Spark driver was killed */
  readonly kills: number;
}

const removedDuplicates = ({ received, events, bad }: TableCounts) => received - events - bad;

export function renderReport({ ledger, stored, latencies, accepted, kills }: ReportInput): string {
  const { acknowledged, bad, copies } = ledger;
  return renderTable(['', ''], [
    ['events sent', count.format(acknowledged.size + bad)],
    ['  bad ones among them', count.format(bad)],
    ['sent again by clients', count.format(copies)],
    ['accepted by the collector', count.format(accepted)],
    ['in raw', `${count.format(stored.received)} (${count.format(stored.records)} Kinesis records)`],
    ['in events', count.format(stored.events)],
    ['in bad_events', count.format(stored.bad)],
    ['duplicates removed', count.format(removedDuplicates(stored))],
    ['duplicates left', count.format(stored.events - stored.distinct)],
    ['Spark driver killed', `${kills} times`.replace(/^1 times$/, 'once').replace(/^0 times$/, 'never')],
    ['click to row, median', seconds(latencies.percentile(0.5))],
    ['click to row, 95th percentile', seconds(latencies.percentile(0.95))],
  ]);
}

/** What differs from a run without loss and duplicates, one sentence each. */
export function faults({ ledger, stored, accepted }: ReportInput): string[] {
  const { acknowledged, bad, copies, failedChecks } = ledger;
  const { missing, unknown, events, distinct } = stored;
  const removed = removedDuplicates(stored);
  const examples = missing.slice(0, 3).join(', ');
  const wanted = acknowledged.size + copies;
  const possible: [boolean, string][] = [
    [missing.length > 0, `${missing.length} acknowledged events are not in events, among them ${examples}`],
    [unknown > 0, `${unknown} rows of events were never sent`],
    [events !== distinct, `${events - distinct} rows of events are duplicates`],
    [stored.bad !== bad, `bad_events has ${stored.bad} rows instead of ${bad}`],
    [events !== acknowledged.size, `events has ${events} rows instead of ${acknowledged.size}`],
    [accepted !== wanted, `the collector counts ${accepted} accepted events instead of ${wanted}`],
    [removed !== copies, `${removed} duplicates were removed, but clients sent ${copies} copies`],
  ];
  return [
    ...failedChecks.map(({ what, expected, got }) => `${what}: expected ${expected}, got ${got}`),
    ...possible.filter(([wrong]) => wrong).map(([, sentence]) => sentence),
  ];
}
