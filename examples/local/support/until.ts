/** Waiting for something that only time brings. */
import { setTimeout as delay } from 'timers/promises';
import { LocalRunError } from './errors.cjs';

const POLL_MS = 100;

/**
 * Asks again and again until the answer is truthy.
 * @param what is awaited, for the error's sentence
 * @returns that answer
 * @throws LocalRunError after the deadline
 */
export async function until<T>(
  milliseconds: number, what: string, question: () => Promise<T | undefined | false>, pollMs = POLL_MS,
): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() >= deadline) throw new LocalRunError(`waited ${Math.round(milliseconds / 1000)} s for ${what}`);
    await delay(pollMs);
  }
}
