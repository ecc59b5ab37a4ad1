/** The one question after the numbers of rows, for the report, the live page and the tests. */

export interface TableCounts {
  /** rows of raw, which are Kinesis records */
  readonly records: number;
  /** lines in those records */
  readonly lines: number;
  readonly events: number;
  readonly bad: number;
}

/** @param since only rows that arrived since then, because the tables may hold an earlier run */
export function countQuery(since?: Date): string {
  const moment = since && `timestamptz '${since.toISOString()}'`;
  const after = (column: string) => moment ? ` where ${column} >= ${moment}` : '';
  return `select
    (select count(*) from raw${after('arrival_ts')}) as records,
    (select coalesce(sum(length(data) - length(replace(data, chr(10), '')) + 1), 0)::bigint
      from raw${after('arrival_ts')}) as lines,
    (select count(*) from events${after('received_ts')}) as events,
    (select count(*) from bad_events${after('received_ts')}) as bad`;
}
