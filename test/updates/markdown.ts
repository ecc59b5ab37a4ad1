import { Effect, Effects } from './effects';
import { Row } from './row';

const VERBS: ReadonlyArray<readonly [Effect, string]> = [
  ['adds', 'adds'],
  ['updates', 'updates'],
  ['replaces', '**replaces**'],
  ['removes', '**removes**'],
  ['policy', 'changes the deletion policy of'],
];

/** The rows as the table of docs/upgrading.md. */
export function markdownTable(rows: readonly Row[]): string {
  const lines = rows.map(({ option, change, effects, note = '' }) =>
    `| \`${option}\` | ${change} | ${effectText(effects)} | ${runText(effects)} | ${note} |`);
  return ['| option | change | lasting resources | job run | remarks |', '|---|---|---|---|---|', ...lines].join('\n');
}

function effectText(effects: Effects): string {
  const parts = VERBS.flatMap(([effect, verb]) => effects[effect] ? [`${verb} ${effects[effect].join(', ')}`] : []);
  return parts.join('; ') || 'unchanged';
}

/** The keeper replaces a run that is older than the job's last change. */
function runText({ updates = [] }: Effects): string {
  return updates.includes('job') ? 'replaced' : 'goes on';
}
