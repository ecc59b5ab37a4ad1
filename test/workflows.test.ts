import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

const WORKFLOWS = join(__dirname, '..', '.github', 'workflows');

test('workflows name every action by its commit', () => {
  const actions = readdirSync(WORKFLOWS).flatMap(file => {
    const lines = readFileSync(join(WORKFLOWS, file), 'utf8').split('\n');
    return lines.flatMap(line => /\buses: (\S+)/.exec(line)?.[1] ?? []);
  });
  expect(actions.length).toBeGreaterThan(10);
  expect(actions.filter(action => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
});
