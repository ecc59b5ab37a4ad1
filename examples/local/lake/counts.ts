/** The one question after the numbers of rows, for the report, the live page and the tests. */

export interface TableCounts {
  /** rows of raw, which are Kinesis records */
  readonly records: number;
  /** good and bad events in those records */
  readonly received: number;
  readonly events: number;
  readonly bad: number;
}

/** @param since only rows that arrived since then, because the tables may hold an earlier run */
export function countQuery(since?: Date): string {
  const moment = since && `timestamptz '${since.toISOString()}'`;
  const from = (table: string, column: string) => `from ${table} where ${moment ? `${column} >= ${moment}` : 'true'}`;
  const bad = from('bad_events', 'received_ts');
  // The content of one bad event may take several lines, its parts, and each is a row.
  const laterParts = `(select count(*) ${bad} and raw_part > 0)`;
  return `select
    (select count(*) ${from('raw', 'arrival_ts')}) as records,
    (select coalesce(sum(length(data) - length(replace(data, chr(10), '')) + 1), 0)::bigint
      ${from('raw', 'arrival_ts')}) - ${laterParts} as received,
    (select count(*) ${from('events', 'received_ts')}) as events,
    (select count(*) ${bad}) - ${laterParts} as bad`;
}
