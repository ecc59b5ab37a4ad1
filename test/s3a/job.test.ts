/** The shipped job on S3A, with the rights that its role has in the template and no other. */
import { UNUSED_RIGHTS } from './rights';
import { play, Story } from './story';
import { deniedCalls, unusedRights } from '../support/iam-gate';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder('s3a-');
let story: Story;

beforeAll(async () => { story = await play(folder); }, 900_000);

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

test('a drain with nothing to read ends well and writes to neither events nor bad events', () => {
  expect(story.idleDrain).toMatchObject({ code: 0, types: expect.arrayContaining(['started', 'drained']) });
  const written = story.idleDrain.calls.filter(({ action }) => action === 's3:PutObject');
  expect(written.length).toBeGreaterThan(0);
  expect(written.filter(({ resource }) => /^[^/]+\/(?:bad_)?events\//.test(resource))).toEqual([]);
});

test('the continuous run was killed in the middle of its work', () => {
  expect(Object.keys(story.killedWith.events).length).toBeLessThan(story.sent.length);
});

test('a run that another one supersedes ends by itself and says why', () => {
  expect(story.superseded.code).not.toBe(0);
  expect(story.superseded.log).toContain('SupersededError');
});

test('a SIGTERM ends a run between batches', () => {
  expect(story.last).toMatchObject({ code: 0, types: expect.arrayContaining(['stopped']) });
});

test('every event is in the tables exactly once, whatever ended before its time', () => {
  expect(story.tables.events).toEqual(once(story.sent));
  expect(story.tables.recordCopies).toBe(0);
});

test('large files went up in parts', () => {
  const parts = story.calls.filter(({ request }) => request.startsWith('PUT') && request.includes('partNumber='));
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.every(({ allowed }) => allowed)).toBe(true);
});

describe.each(Object.keys(UNUSED_RIGHTS))('%s', role => {
  const calls = () => story.calls.filter(call => call.role === role);

  test('has no right that it does not use, but for a reason', () => {
    const unused = unusedRights(story.policies[role], calls()).map(part => part.replace(/arn:aws:s3:::[^/]+\//, ''));
    expect(unused.sort()).toEqual(Object.keys(UNUSED_RIGHTS[role]).sort());
  });

  test('is denied no call', () => {
    expect(deniedCalls(calls())).toEqual([]);
  });
});

test('no other role asks for anything', () => {
  const roles = new Set(story.calls.map(({ role }) => role));
  expect([...roles].sort()).toEqual(Object.keys(UNUSED_RIGHTS).sort());
});

test('the gate could judge every request', () => {
  expect(story.failures).toEqual([]);
});
