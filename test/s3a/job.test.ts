/** The shipped job on S3A, with the rights that its role has in the template and no other. */
import { createHmac } from 'crypto';
import { PSEUDONYM_KEY, VISITOR } from './enrichment';
import { UNUSED_RIGHTS } from './rights';
import { play, Story } from './story';
import { deniedCalls, unusedRights } from '../support/iam-gate';
import { temporaryFolder } from '../support/temporary-folder';

/** Nearly all at its start. The rest is for the polls of a slow machine. */
const MAX_IDLE_REQUESTS = 150;

const folder = temporaryFolder('s3a-');
let story: Story;

beforeAll(async () => { story = await play(folder); }, 1_800_000);

const once = (ids: readonly string[]) => Object.fromEntries(ids.map(id => [id, 1]));

test('without the bare keys of the folders, the first run ends before it has made a table', () => {
  expect(story.refused.code).not.toBe(0);
  expect(story.refused.types).not.toContain('started');
  expect(story.refused.denied).toContainEqual(expect.stringMatching(/^s3:GetObject arn:aws:s3:::[a-z0-9]+\/raw$/));
  expect(story.refused.log).toContain('AccessDenied');
});

test('the first drain makes the tables in empty buckets and reads the stream to its end', () => {
  expect(story.firstDrain).toMatchObject({ code: 0, types: expect.arrayContaining(['started', 'metrics', 'drained']) });
});

describe('a drain with nothing to read', () => {
  const s3Calls = () => story.idleDrain.calls.filter(({ action }) => action.startsWith('s3:'));

  test('ends well and writes to no table', () => {
    expect(story.idleDrain).toMatchObject({ code: 0, types: expect.arrayContaining(['drained']) });
    const written = s3Calls().filter(({ action }) => action === 's3:PutObject').map(({ resource }) => resource);
    expect(written.length).toBeGreaterThan(0);
    expect(written.filter(resource => !/^[^/]+\/checkpoints\//.test(resource))).toEqual([]);
  });

  test('asks S3 little, because each request costs', () => {
    expect(s3Calls().length).toBeLessThanOrEqual(MAX_IDLE_REQUESTS);
  });
});

test('the continuous run was killed in the middle of its work', () => {
  expect(Object.keys(story.killedWith.events).length).toBeLessThan(story.sent.length);
});

test('a run that another one supersedes ends by itself and says why', () => {
  expect(story.superseded.code).not.toBe(0);
  expect(story.superseded.log).toContain('SupersededError');
});

test('a second deployment over the same buckets finds the rows of the first', () => {
  expect(story.adopted.raw).toHaveLength(story.sent.length - story.sentToSecond.length);
  expect(Object.keys(story.killedWith.events).length).toBeGreaterThan(0);
  expect(story.adopted.events).toMatchObject(story.killedWith.events);
});

test('the second deployment adds what its own stream brings', () => {
  expect(story.sentToSecond.length).toBeGreaterThan(0);
  expect(story.tables.events).toMatchObject(once(story.sentToSecond));
});

test('the first deployment, without databases and a key, stores ids as they were sent and no location', () => {
  const ids = Object.keys(story.killedWith.persons);
  expect(ids.map(id => story.tables.persons[id])).toEqual(ids.map(() => [VISITOR.id, null, null]));
});

test('the second deployment reads the geo databases and the key of the pseudonyms with its role', () => {
  const pseudonym = createHmac('sha256', PSEUDONYM_KEY).update(VISITOR.id).digest('hex');
  const { sentToSecond, tables: { persons } } = story;
  const wanted = [pseudonym, VISITOR.country, VISITOR.asn];
  expect(sentToSecond.map(id => persons[id])).toEqual(sentToSecond.map(() => wanted));
});

test('a SIGTERM ends a run between batches', () => {
  expect(story.last).toMatchObject({ code: 0, types: expect.arrayContaining(['stopped']) });
});

test('every event of both deployments is in the tables exactly once, whatever ended before its time', () => {
  expect(story.tables.events).toEqual(once(story.sent));
  expect([...story.tables.raw].sort()).toEqual([...story.sent].sort());
  expect(story.tables.recordCopies).toBe(0);
});

test('large files went up in parts', () => {
  const parts = story.calls.filter(({ request }) => request.startsWith('PUT') && request.includes('partNumber='));
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.every(({ allowed }) => allowed)).toBe(true);
});

describe('upkeep', () => {
  test('merges small files of both tables, which refine does not take for new rows', () => {
    expect(story.tables.compactions.raw).toBeGreaterThan(0);
    expect(story.tables.compactions.events).toBeGreaterThan(0);
  });

  // Not here: the removal of old positions, Spark's old batches and Delta's old log (30 batches, 100 batches, 30 days).
  test('writes a checkpoint of the log of each table', () => {
    const written = story.calls.filter(({ action }) => action === 's3:PutObject').map(({ resource }) => resource);
    const tables = (pattern: RegExp) => [...new Set(written.flatMap(key => pattern.exec(key)?.slice(1) ?? []))].sort();
    expect(tables(/(\w+)\/_delta_log\/\d+\.checkpoint\.parquet$/)).toEqual(['bad_events', 'events', 'raw']);
    expect(tables(/(\w+)\/_delta_log\/_last_checkpoint$/)).toEqual(['bad_events', 'events', 'raw']);
  });
});

describe.each(Object.entries(UNUSED_RIGHTS))('%s', (role, unused) => {
  const calls = () => story.calls.filter(call => call.role === role);

  test('has no right that it does not use, but for a reason', () => {
    const found = unusedRights(story.policies[role], calls()).map(part => part.replace(/arn:aws:s3:::[^/]+\//, ''));
    expect(found.sort()).toEqual(Object.keys(unused).sort());
  });

  test('is denied no call', () => {
    expect(deniedCalls(calls())).toEqual([]);
  });

  test('uses its customer\'s keys', () => {
    const actions = calls().map(({ action }) => action).filter(action => action.startsWith('kms:'));
    const wanted = role.endsWith('JobRole') ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:GenerateDataKey'];
    expect([...new Set(actions)].sort()).toEqual(wanted);
  });
});

test('no other role asks for anything', () => {
  const roles = new Set(story.calls.map(({ role }) => role));
  expect([...roles].sort()).toEqual(Object.keys(UNUSED_RIGHTS).sort());
});

test('the gate could judge every request', () => {
  expect(story.failures).toEqual([]);
});
