import { writeFileSync } from 'fs';
import { join } from 'path';
import { Lake } from '../../../examples/local/lake';
import { temporaryFolder } from '../../support/temporary-folder';
import { isRunning, untilGone } from '../support/running';

/** Speaks as lake_server.py does. `hang` keeps it from reading on, as a deadlock between DuckDB and Arrow would. */
const SERVER = `
process.on('SIGTERM', () => undefined);
setInterval(() => undefined, 1000);
console.log(JSON.stringify({ ready: true }));
let text = '';
process.stdin.on('data', chunk => {
  text += chunk;
  for (let end = text.indexOf('\\n'); end >= 0; end = text.indexOf('\\n')) {
    const { sql } = JSON.parse(text.slice(0, end));
    text = text.slice(end + 1);
    if (sql === 'hang') for (;;);
    if (sql === 'die') process.exit(3);
    console.log(JSON.stringify(sql === 'bad' ? { error: 'no such table' } : { rows: [{ sql, pid: process.pid }] }));
  }
});`;

const folder = temporaryFolder('lake-');
const script = join(folder, 'server.js');
writeFileSync(script, SERVER);
const toolchain = { root: folder, python: process.execPath, sparkSubmit: '', jars: [] };

let lake: Lake;
beforeEach(() => { lake = new Lake(toolchain, folder, { script, answerMs: 1_000 }); });
afterEach(() => lake.stop());

const pidOf = async () => (await lake.query<{ pid: number }>('pid'))[0].pid;

test('questions are answered in their order', async () => {
  const answers = await Promise.all(['a', 'b', 'c'].map(sql => lake.query<{ sql: string }>(sql)));
  expect(answers.map(([{ sql }]) => sql)).toEqual(['a', 'b', 'c']);
});

test('a question that fails says why, and the next one is answered', async () => {
  await expect(lake.query('bad')).rejects.toThrow('no such table');
  await expect(lake.queryIfReady('bad')).resolves.toEqual([]);
  await expect(lake.query('a')).resolves.toHaveLength(1);
});

test('a question without an answer in time is an error, and a new process answers the next one', async () => {
  const first = await pidOf();
  const [late, next] = await Promise.allSettled([lake.query('hang'), lake.query<{ pid: number }>('a')]);
  expect(late).toMatchObject({
    reason: { message: 'the lake did not answer within 1 s: its reader was started again, ask once more' },
  });
  expect(next).toMatchObject({ status: 'fulfilled', value: [{ sql: 'a' }] });
  expect(isRunning(first)).toBe(false);
  expect(await pidOf()).not.toBe(first);
});

test('for those who ask again, a question without an answer in time has no rows', async () => {
  await expect(lake.queryIfInTime('hang')).resolves.toEqual([]);
  await expect(lake.queryIfInTime('bad')).rejects.toThrow('no such table');
});

test('a reader that dies fails its question, and a new one answers the next', async () => {
  await expect(lake.query('die')).rejects.toThrow('the process that reads the lake has ended');
  await expect(lake.query('a')).resolves.toHaveLength(1);
});

test('stopping ends a reader that hangs, and the questions that wait', async () => {
  const pid = await pidOf();
  const open = Promise.allSettled([lake.query('hang'), lake.query('a')]);
  const started = Date.now();
  await lake.stop();
  expect(Date.now() - started).toBeLessThan(5_000);
  expect((await open).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await untilGone(pid);
  await expect(lake.query('a')).rejects.toThrow('the process that reads the lake has ended');
});
