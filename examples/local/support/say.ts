import { printableLines } from './printable.cjs';

/** Prints lines that are safe for a terminal. */
export function say(text: string) {
  process.stdout.write(`${printableLines(text)}\n`);
}
