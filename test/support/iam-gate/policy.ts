/** Whether statements of IAM policies allow a call. */
import { Context, holds } from './conditions';
import { matches, matchesAction } from './glob';

/** A statement whose intrinsic functions are resolved. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: Readonly<Record<string, Record<string, string | string[]>>>;
}

/** What a call needs: an action on one resource. A call may need several of these, and needs them all. */
export interface Right {
  readonly action: string;
  /** An ARN, or `*` for an action without resources. */
  readonly resource: string;
  /** Condition key → its values in this call. */
  readonly context: Context;
}

const KNOWN_ELEMENTS = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/**
 * The statement that decides, by IAM's rule: an explicit deny, else any allow, else nothing allows it.
 * @throws for a statement with an element or a condition that this evaluation does not know
 */
export function decidingStatement(statements: readonly Statement[], right: Right): Statement | undefined {
  const applying = statements.filter(statement => applies(statement, right));
  return applying.find(({ Effect }) => Effect === 'Deny') ?? applying[0];
}

export function isAllowed(statements: readonly Statement[], right: Right): boolean {
  return decidingStatement(statements, right)?.Effect === 'Allow';
}

function applies(statement: Statement, { action, resource, context }: Right): boolean {
  const unknown = Object.keys(statement).find(element => !KNOWN_ELEMENTS.includes(element));
  if (unknown !== undefined) throw new Error(`a policy statement has ${unknown}, which the gate does not evaluate`);
  return [statement.Action].flat().some(pattern => matchesAction(pattern, action))
    && [statement.Resource].flat().some(pattern => matches(pattern, resource))
    && holds(statement.Condition ?? {}, context);
}
