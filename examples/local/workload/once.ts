/** `npm run demo -- --once`: the built-in workload, the report, the verdict. */
import { sendBadInputs } from './bad-inputs';
import { sendBulk } from './bulk';
import { clickAround } from './clicks';
import { Target } from './requests';
import { callSegmentSdk } from './sdk';
import { LocalLakehouse } from '../aws/local-lakehouse';
import { Ledger } from '../report/ledger';
import { awaitRows, faults, renderReport, ReportInput } from '../report/report';
import { renderTable } from '../report/text-table.cjs';
import { say } from '../support/say';
import { until } from '../support/until';

const SAMPLE_QUERY = `select event_name, event_type, protocol, count(*) as events from events group by all
  order by events desc, event_name limit 8`;
const RAW_DEADLINE_MS = 60_000;

export interface OnceOptions {
  readonly events: number;
  readonly killJob: boolean;
  readonly writeKey: string;
}

/** @returns whether every event is one row or one bad event, and every answer the documented one */
export async function runOnce(lakehouse: LocalLakehouse, options: OnceOptions): Promise<boolean> {
  const { lake, collectorMetrics } = lakehouse;
  const target: Target = { url: lakehouse.collectorUrl, writeKey: options.writeKey };
  const since = new Date();
  const run = `run-${since.getTime().toString(36)}`;
  const ledger = new Ledger();

  say('\nCalling every method of @segment/analytics-node, clicking like a plain page …');
  await callSegmentSdk(target, ledger);
  // The job's first batches pay for its start: a visitor sees what comes after them.
  await awaitRows(lake, ledger, since);
  const latencies = await clickAround(target, lake, ledger, run);
  say('Sending bad input …');
  await sendBadInputs(target, ledger, run);
  const kills = options.events > 0 ? await bulk(lakehouse, target, ledger, run, options) : 0;

  say('Waiting for the rows …');
  const stored = await awaitRows(lake, ledger, since);
  const input: ReportInput = { ledger, stored, latencies, accepted: collectorMetrics.sum('AcceptedEvents'), kills };
  await print(lakehouse, input);
  return faults(input).length === 0;
}

/** @returns how often the driver was killed */
async function bulk(
  { lake, job }: LocalLakehouse, target: Target, ledger: Ledger, run: string, { events, killJob }: OnceOptions,
): Promise<number> {
  const killing = killJob ? ', and killing the Spark driver in the middle' : '';
  say(`Sending ${events} events in bulk, a tenth of the requests twice${killing} …`);
  const killDuringBulk = async () => {
    // Some of them have to be on their way through the job, or the kill would interrupt nothing.
    await until(RAW_DEADLINE_MS, 'the first bulk events in raw', async () =>
      (await lake.queryIfInTime(`select 1 from raw where data like '%${run}-bulk-%' limit 1`)).length > 0);
    job.crash();
  };
  let killed: Promise<void> | undefined;
  await sendBulk(target, ledger, run, events, () => {
    if (killJob) killed = killDuringBulk();
  });
  await killed;
  return killJob ? 1 : 0;
}

async function print({ lake }: LocalLakehouse, input: ReportInput) {
  say('\nAnswers');
  say(renderTable(['input', 'answer', ''], input.ledger.checks.map(({ what, expected, got }) =>
    [what, got, expected === got ? '✓' : `✗ expected ${expected}`])));
  say('\nCounts');
  say(renderReport(input));
  say(`\n${SAMPLE_QUERY}`);
  const rows = await lake.query<Record<string, string | number>>(SAMPLE_QUERY);
  say(renderTable(['event_name', 'event_type', 'protocol', 'events'], rows.map(row => Object.values(row).map(String))));
  const wrong = faults(input);
  say(wrong.length === 0
    ? '\n✓ Every event sent is one row or one bad event: no event is lost, no event is stored twice.'
    : `\n${wrong.map(text => `✗ ${text}`).join('\n')}`);
}
