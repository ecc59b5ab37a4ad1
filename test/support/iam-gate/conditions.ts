/** The condition operators that the policies of this project use. */
import { matches } from './glob';

/** Condition key → its values in a call. A key may be absent. */
export type Context = Readonly<Record<string, readonly string[]>>;

type Test = (actual: string, expected: string) => boolean;

const like: Test = (actual, expected) => matches(expected, actual);

/** ArnEquals and ArnLike behave identically (IAM, "Amazon Resource Name condition operators"). */
const OPERATORS: Readonly<Record<string, Test>> = {
  StringEquals: (actual, expected) => actual === expected,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
};

const ALL_VALUES = 'ForAllValues:';

/**
 * Whether all conditions hold in the call.
 * @throws for an operator that is not in the list, because a guess could allow what AWS denies
 */
export function holds(conditions: Readonly<Record<string, Record<string, string | string[]>>>, context: Context) {
  return Object.entries(conditions).every(([operator, keys]) => Object.entries(keys).every(([key, expected]) =>
    holdsFor(operator, contextValues(context, key), [expected].flat())));
}

/** Names of condition keys are not case-sensitive. */
function contextValues(context: Context, key: string): readonly string[] | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

/** ForAllValues holds for a key without values too. Every other operator needs one. */
function holdsFor(operator: string, actual: readonly string[] | undefined, expected: readonly string[]): boolean {
  const forAll = operator.startsWith(ALL_VALUES);
  const test = OPERATORS[forAll ? operator.slice(ALL_VALUES.length) : operator];
  if (test === undefined) throw new Error(`the gate does not evaluate the condition operator ${operator}`);
  const matchesOne = (value: string) => expected.some(wanted => test(value, wanted));
  if (forAll) return (actual ?? []).every(matchesOne);
  return (actual ?? []).some(matchesOne);
}
