/** One story on one emulator: a policy that is too narrow, drains, a crash, a restart, a run that supersedes it. */
import { execFile } from 'child_process';
import { randomBytes } from 'crypto';
import { readFileSync } from 'fs';
import { join } from 'path';
import { promisify } from 'util';
import { Duration } from 'aws-cdk-lib';
import { Deployment, JOB_ROLE, synthesizeVersion, Version } from './deployment';
import { JobRun, zipped } from './job-run';
import { until } from '../../examples/local/support';
import { ProcessingSchedule } from '../../src';
import { Call, deniedCalls, RolePolicies, Statement } from '../support/iam-gate';
import { toolchain } from '../support/set-up';

/** Deadlines, not expectations: a machine may be busy with other things. */
const START_MS = 240_000;
const SETTLE_MS = 180_000;

/** A reader takes a second of processor time. */
const READ_EVERY_MS = 3000;

const EVENTS = 20;
/** Text that does not compress: a batch of these makes a file beyond S3A's smallest part, so it goes up in parts. */
const LARGE = { batches: 10, events: 100, bytes: 9_000 };

export interface Ended {
  readonly code: number;
  /** of the run's messages */
  readonly types: readonly string[];
  readonly log: string;
}

export interface Tables {
  readonly records: number;
  readonly recordCopies: number;
  /** id → how often it is there */
  readonly events: Readonly<Record<string, number>>;
}

export interface Story {
  /** ids of the events that the collector acknowledged */
  readonly sent: readonly string[];
  readonly tables: Tables;
  readonly refused: Ended & { readonly denied: readonly string[] };
  readonly firstDrain: Ended;
  readonly idleDrain: Ended & { readonly calls: readonly Call[] };
  /** what was there when the first continuous run was killed */
  readonly killedWith: Tables;
  readonly superseded: Ended;
  readonly last: Ended;
  /** every call of every run that had the template's policies */
  readonly calls: readonly Call[];
  readonly policies: RolePolicies;
  readonly failures: readonly Error[];
}

/** Plays the story in a folder. Whatever it started has ended when this resolves or rejects. */
export async function play(folder: string): Promise<Story> {
  const drain = synthesizeVersion(join(folder, 'scheduled'), ProcessingSchedule.every(Duration.minutes(15)));
  const continuous = synthesizeVersion(join(folder, 'continuous'), ProcessingSchedule.continuous());
  const deployment = await Deployment.start(folder, drain);
  const stage = new Stage(folder, deployment);
  try {
    await stage.uploadAssets(drain);
    const refused = await stage.withPolicies(withoutBareKeys, () => stage.drain('refused', drain));
    await stage.sendSmall();
    const firstDrain = await stage.drain('first-drain', drain);
    const before = deployment.gate.calls.length;
    const idleDrain = { ...await stage.drain('idle-drain', drain), calls: deployment.gate.calls.slice(before) };
    const killedWith = await stage.untilKilled(continuous);
    const ends = await stage.untilSuperseded(continuous);
    const { policies, gate: { calls, failures } } = deployment;
    const tables = await stage.tables(drain);
    return { sent: stage.sent, tables, refused, firstDrain, idleDrain, killedWith, ...ends, calls, policies, failures };
  } finally {
    await stage.stop();
  }
}

/** The policies without the keys of the folders themselves. */
function withoutBareKeys(policies: RolePolicies): RolePolicies {
  const narrowed = (statement: Statement): Statement => statement.Sid !== 'UseObjects' ? statement
    : { ...statement, Resource: [statement.Resource].flat().filter(resource => resource.endsWith('/*')) };
  return { ...policies, [JOB_ROLE]: policies[JOB_ROLE].map(narrowed) };
}

class Stage {
  readonly sent: string[] = [];
  private readonly runs: JobRun[] = [];

  constructor(private readonly folder: string, private readonly deployment: Deployment) {}

  async uploadAssets({ stack: { job } }: Version) {
    const upload = (uri: string, body: Buffer) => {
      const [bucket, ...key] = uri.replace('s3://', '').split('/');
      return this.deployment.ministack.putObject(bucket, key.join('/'), body);
    };
    await upload(job.scriptUri, readFileSync(job.scriptPath));
    await upload(job.arguments['--extra-py-files'], zipped(job.packagePath, join(this.folder, 'package.zip')));
  }

  /** The calls meanwhile are not in the log of the template's own policies. */
  async withPolicies<Result>(change: (policies: RolePolicies) => RolePolicies, work: () => Promise<Result>) {
    const { gate } = this.deployment;
    const standard = this.deployment.policies;
    this.deployment.policies = change(standard);
    const result = await work();
    const denied = deniedCalls(gate.calls);
    this.deployment.policies = standard;
    gate.calls.length = 0;
    return { ...result, denied };
  }

  sendSmall() {
    return this.send(EVENTS, 10);
  }

  /** A drain from its start to its end. */
  async drain(name: string, version: Version): Promise<Ended> {
    const run = await this.start(name, version);
    return this.ended(run);
  }

  /** A continuous run that is killed while it works on a large batch. */
  async untilKilled(version: Version): Promise<Tables> {
    const run = await this.start('killed', version);
    await run.waitFor(START_MS, 'the first run to start', ({ messages }) => messages.some(isStarted));
    for (let batch = 0; batch < LARGE.batches; batch += 1) await this.send(LARGE.events, LARGE.bytes);
    await run.waitFor(SETTLE_MS, 'raw to grow', ({ messages }) => messages.some(({ query }) => query === 'ingest'));
    await run.crash();
    return this.tables(version);
  }

  /** A restart, and another run beside it before it is done. */
  async untilSuperseded(version: Version): Promise<{ readonly superseded: Ended; readonly last: Ended }> {
    const second = await this.start('superseded', version);
    await second.waitFor(START_MS, 'the second run to start', ({ messages }) => messages.some(isStarted));
    const third = await this.start('last', version);
    await third.waitFor(START_MS, 'the third run to start', ({ messages }) => messages.some(isStarted));
    await this.sendSmall();
    const superseded = await this.ended(second);
    await until(SETTLE_MS, 'every event to be there', async () => {
      const { events } = await this.tables(version);
      return this.sent.every(id => id in events);
    }, READ_EVERY_MS);
    third.terminate();
    return { superseded, last: await this.ended(third) };
  }

  /** Asks the emulator itself, so that no right of the job is used. */
  async tables({ stack: { job } }: Version): Promise<Tables> {
    const uris = [job.arguments['--raw_path'], job.arguments['--events_path']];
    const reader = [join(__dirname, 'read_tables.py'), this.deployment.ministack.endpoint, ...uris];
    const { stdout } = await promisify(execFile)(toolchain().python, reader, { encoding: 'utf8' });
    return JSON.parse(stdout) as Tables;
  }

  async stop() {
    await Promise.all(this.runs.map(run => run.stop()));
    await this.deployment.stop();
  }

  private async send(count: number, bytes: number) {
    const events = Array.from({ length: count }, () => {
      const id = `event-${this.sent.length}`;
      this.sent.push(id);
      const properties = { text: randomBytes(bytes * 0.75).toString('base64') };
      return { type: 'track', event: 'Clicked', messageId: id, anonymousId: 'visitor', properties };
    });
    await this.deployment.send(events);
  }

  private async start(name: string, { stack }: Version): Promise<JobRun> {
    const run = await JobRun.start(join(this.folder, name), this.deployment, stack);
    this.runs.push(run);
    return run;
  }

  private async ended(run: JobRun): Promise<Ended> {
    await run.waitForEnd(START_MS);
    return { code: await run.exited, types: run.types(), log: run.log };
  }
}

const isStarted = ({ type }: { readonly type: string }) => type === 'started';
