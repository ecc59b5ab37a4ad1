/** Prints which rights of a stack's functions no call used, and for which of these there is a reason. */
import { readFileSync } from 'fs';
import { Reasons, ROLES_OF_SERVICES, UNUSED_RIGHTS, UNUSED_WITH_KEY } from './rights';
import { Call, Statement, unusedRights } from '../support/iam-gate';
import { shortId } from '../support/iam-statements';

/** Given on standard input, as JSON. */
interface DeployedStack {
  /** Physical name → logical id. */
  readonly names: Readonly<Record<string, string>>;
  /** Physical name of a role → its statements as deployed. */
  readonly roles: Readonly<Record<string, readonly Statement[]>>;
  readonly calls: readonly Call[];
}

function report({ names, roles, calls }: DeployedStack) {
  const hasKey = Object.values(roles).flat().some(({ Sid }) => Sid === 'EncryptRecords');
  const longestFirst = Object.keys(names).sort((one, other) => other.length - one.length);
  const short = (resource: string) => longestFirst
    .reduce((text, name) => text.replaceAll(name, shortId(names[name])), resource)
    .replace(/arn:aws:\w+:[^:]*:\d*:/, '');
  const named = (statement: Statement): Statement =>
    ({ ...statement, Sid: statement.Sid ?? short([statement.Resource].flat()[0]) });
  const judged = Object.keys(roles)
    .filter(role => !Object.keys(ROLES_OF_SERVICES).some(end => shortId(names[role]).endsWith(end)));
  const unused = judged.map(role => [
    shortId(names[role]),
    unusedRights(roles[role].map(named), calls.filter(call => call.role === role)).map(short).sort(),
  ]);
  const explained = judged.map(role => {
    const id = shortId(names[role]);
    const reasons = (table: Reasons) => Object.keys(table[id] ?? {});
    return [id, [...reasons(UNUSED_RIGHTS), ...(hasKey ? reasons(UNUSED_WITH_KEY) : [])].sort()];
  });
  return { unused: Object.fromEntries(unused), explained: Object.fromEntries(explained) };
}

console.log(JSON.stringify(report(JSON.parse(readFileSync(0, 'utf8')))));
