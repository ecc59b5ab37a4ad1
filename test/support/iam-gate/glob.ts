/** Glob with `*` and `?`, as IAM matches actions, ARNs and values of conditions. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** Names of actions are not case-sensitive, ARNs are. */
export const matchesAction = (pattern: string, action: string) => matches(pattern.toLowerCase(), action.toLowerCase());
