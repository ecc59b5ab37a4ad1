/** What a role used of its rights. */
import { matches, matchesAction } from './glob';
import { Statement } from './policy';

/** A right that a call needed. */
export interface Call {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** Method and URL of the request. */
  readonly request: string;
}

/** `Sid: action` and `Sid: resource` (without a Sid the part alone) of what the statements allow and no call used. */
export function unusedRights(statements: readonly Statement[], calls: readonly Call[]): string[] {
  const used = calls.filter(({ allowed }) => allowed);
  return statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Sid, Action, Resource }) => {
    const of = used.filter(({ action, resource }) => [Action].flat().some(pattern => matchesAction(pattern, action))
      && [Resource].flat().some(pattern => matches(pattern, resource)));
    const actions = [Action].flat().filter(pattern => !of.some(({ action }) => matchesAction(pattern, action)));
    const resources = [Resource].flat().filter(pattern => !of.some(({ resource }) => matches(pattern, resource)));
    return [...actions, ...(of.length > 0 ? resources : [])].map(part => Sid ? `${Sid}: ${part}` : part);
  });
}

/** `action resource` of the calls that were denied, each once. */
export function deniedCalls(calls: readonly Call[]): string[] {
  const denied = calls.filter(({ allowed }) => !allowed).map(({ action, resource }) => `${action} ${resource}`);
  return [...new Set(denied)].sort();
}
