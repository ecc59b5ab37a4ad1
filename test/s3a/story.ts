/**
 * One story on one emulator: a policy that is too narrow, drains, a crash, a restart, and a second deployment, which
 * has geo databases and pseudonyms, too.
 */
import { join } from 'path';
import { Duration } from 'aws-cdk-lib';
import { Account } from './account';
import { enrichment } from './enrichment';
import { Ended, Stage } from './stage';
import { Tables } from './table-reader';
import { synthesize } from './version';
import { ProcessingSchedule } from '../../src';
import { Call, RolePolicies, Statement } from '../support/iam-gate';

export interface Story {
  /** ids of the events that a collector acknowledged */
  readonly sent: readonly string[];
  /** the last of them, which came in through the second deployment */
  readonly sentToSecond: readonly string[];
  readonly tables: Tables;
  readonly refused: Ended & { readonly denied: readonly string[] };
  readonly firstDrain: Ended;
  readonly idleDrain: Ended & { readonly calls: readonly Call[] };
  /** what was there when the first continuous run was killed */
  readonly killedWith: Tables;
  readonly superseded: Ended;
  /** what the second deployment found */
  readonly adopted: Tables;
  readonly last: Ended;
  /** every call of every run that had the template's policies */
  readonly calls: readonly Call[];
  readonly policies: RolePolicies;
  readonly failures: readonly Error[];
}

/** Plays the story in a folder. Whatever it started has ended when this resolves or rejects. */
export async function play(folder: string): Promise<Story> {
  const drain = synthesize(join(folder, 'drain'), { schedule: ProcessingSchedule.every(Duration.minutes(15)) });
  const continuous = synthesize(join(folder, 'continuous'), { schedule: ProcessingSchedule.continuous() });
  const second = synthesize(join(folder, 'second'), {
    schedule: ProcessingSchedule.continuous(), over: drain, processing: enrichment,
  });
  const account = await Account.start(folder, [drain, second]);
  const stage = new Stage(folder, account);
  try {
    const { gate } = account;
    const refused = await stage.withPolicies(withoutBareKeys, () => stage.drain('refused', drain));
    await stage.sendSmall(drain);
    const firstDrain = await stage.drain('first-drain', drain);
    const before = gate.calls.length;
    const idleDrain = { ...await stage.drain('idle-drain', drain), calls: gate.calls.slice(before) };
    await stage.sendLarge(drain);
    const killedWith = await stage.untilKilled(continuous);
    const ends = await stage.untilSuperseded(continuous, second);
    const { policies, gate: { calls, failures } } = account;
    const tables = await stage.tables(second);
    return { sent: stage.sent, tables, refused, firstDrain, idleDrain, killedWith, ...ends, calls, policies, failures };
  } finally {
    await stage.stop();
    await account.stop();
  }
}

/** The policies without the keys of the folders themselves. */
function withoutBareKeys(policies: RolePolicies): RolePolicies {
  const narrowed = (statement: Statement): Statement => statement.Sid !== 'UseObjects' ? statement
    : { ...statement, Resource: [statement.Resource].flat().filter(resource => resource.endsWith('/*')) };
  return Object.fromEntries(Object.entries(policies).map(([role, statements]) => [role, statements.map(narrowed)]));
}
