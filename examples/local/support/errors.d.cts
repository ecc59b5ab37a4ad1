/** A problem and its fix in one sentence, printed without a stack. */
export class LocalRunError extends Error {
  /** @param fix absent when the problem itself says what to do */
  constructor(problem: string, fix?: string);
}

export function isLocalRunError(error: unknown): error is LocalRunError;

/** Prints a LocalRunError as its sentence, any other error with its stack, and ends the process with 1. */
export function fail(error: unknown): never;
