/** The steps of the story. */
import { randomBytes } from 'crypto';
import { join } from 'path';
import { Account } from './account';
import { Collector } from './collector';
import { VISITOR } from './enrichment';
import { JobRun } from './job-run';
import { TableReader, Tables } from './table-reader';
import { Version } from './version';
import { until } from '../../examples/local/support';
import { deniedCalls, RolePolicies } from '../support/iam-gate';

/** Deadlines, not expectations: a machine may be busy with other things. */
const START_MS = 240_000;
const SETTLE_MS = 180_000;

const READ_EVERY_MS = 1000;

const EVENTS = { count: 20, bytes: 10 };
/** Text that does not compress: a batch of these makes a file beyond S3A's smallest part, so it goes up in parts. */
const LARGE = { batches: 7, count: 100, bytes: 9_000 };

export interface Ended {
  readonly code: number;
  /** of the run's messages */
  readonly types: readonly string[];
  readonly log: string;
}

export class Stage {
  readonly sent: string[] = [];
  private readonly runs: JobRun[] = [];
  private readonly collectors = new Map<string, Collector>();
  private readonly reader: TableReader;

  constructor(private readonly folder: string, private readonly account: Account) {
    this.reader = new TableReader(account.ministack.endpoint);
  }

  /** The calls meanwhile are not in the log of the template's own policies. */
  async withPolicies<Result>(change: (policies: RolePolicies) => RolePolicies, work: () => Promise<Result>) {
    const { gate, policies: standard } = this.account;
    this.account.policies = change(standard);
    const result = await work();
    const denied = deniedCalls(gate.calls);
    this.account.policies = standard;
    gate.calls.length = 0;
    return { ...result, denied };
  }

  sendSmall(version: Version) {
    return this.send(version, EVENTS);
  }

  async sendLarge(version: Version) {
    for (let batch = 0; batch < LARGE.batches; batch += 1) await this.send(version, LARGE);
  }

  /** A drain from its start to its end. */
  async drain(name: string, version: Version): Promise<Ended> {
    return ended(await this.start(name, version));
  }

  /** A continuous run that is killed between its two stages. */
  async untilKilled(version: Version): Promise<Tables> {
    const run = await this.started('killed', version);
    await run.waitFor(SETTLE_MS, 'raw to grow', ({ messages }) => messages.some(({ query }) => query === 'ingest'));
    await run.crash();
    return this.tables(version);
  }

  /** A restart, then a run of the deployment that follows, which the other's may not outlive. */
  async untilSuperseded(version: Version, following: Version) {
    const second = await this.started('superseded', version);
    await until(SETTLE_MS, 'raw to be complete', async () => {
      const { raw } = await this.tables(version);
      return raw.length === this.sent.length; // nobody reads the first stream after this
    }, READ_EVERY_MS);
    const third = await this.started('last', following);
    const adopted = await this.tables(following);
    const sentToSecond = await this.sendSmall(following);
    const superseded = await ended(second);
    // Delta gives up to merge files when a run starts meanwhile, or when one is to end at once.
    await until(SETTLE_MS, 'every event to be there, and their small files merged', async () => {
      const { events, compactions } = await this.tables(following);
      return this.sent.every(id => id in events) && compactions.events > 0;
    }, READ_EVERY_MS);
    third.terminate();
    return { superseded, adopted, sentToSecond, last: await ended(third) };
  }

  tables(version: Version): Promise<Tables> {
    return this.reader.read(version);
  }

  async stop() {
    const collectors = [...this.collectors.values()].map(collector => collector.close());
    await Promise.all([...this.runs.map(run => run.stop()), ...collectors, this.reader.stop()]);
  }

  /** @returns the ids of the events */
  private async send(version: Version, { count, bytes }: { readonly count: number; readonly bytes: number }) {
    const ids = Array.from({ length: count }, (_, index) => `event-${this.sent.length + index}`);
    await this.collectorOf(version).send(ids.map(messageId => {
      const properties = { text: randomBytes(bytes * 0.75).toString('base64') };
      return { type: 'track', event: 'Clicked', messageId, anonymousId: VISITOR.id, properties };
    }));
    this.sent.push(...ids);
    return ids;
  }

  private collectorOf(version: Version): Collector {
    const known = this.collectors.get(version.roles.collector);
    if (known) return known;
    const collector = new Collector(this.account.gate.endpoint, version);
    this.collectors.set(version.roles.collector, collector);
    return collector;
  }

  private async started(name: string, version: Version): Promise<JobRun> {
    const run = await this.start(name, version);
    await run.waitFor(START_MS, `the run ${name} to start`, ({ messages }) =>
      messages.some(({ type }) => type === 'started'));
    return run;
  }

  private async start(name: string, version: Version): Promise<JobRun> {
    const run = await JobRun.start(join(this.folder, name), this.account.gate.endpoint, version);
    this.runs.push(run);
    return run;
  }
}

async function ended(run: JobRun): Promise<Ended> {
  await run.waitForEnd(START_MS + SETTLE_MS);
  return { code: await run.exited, types: run.types(), log: run.log };
}
