// The error that the reader can act on. CommonJS, because plain Node needs it before TypeScript is installed.

const { printableLines } = require('./printable.cjs');

/** A problem and its fix in one sentence, printed without a stack. */
class LocalRunError extends Error {
  constructor(problem, fix) {
    super(fix === undefined ? problem : `${problem}: ${fix}`);
    this.name = 'LocalRunError';
  }
}

/** By name, because tsx loads TypeScript's copy of this module beside plain Node's. */
const isLocalRunError = error => error instanceof Error && error.name === 'LocalRunError';

/** Prints a LocalRunError as its sentence, any other error with its stack, and ends the process with 1. */
function fail(error) {
  process.stderr.write(`${printableLines(isLocalRunError(error) ? error.message : error.stack)}\n`);
  process.exit(1);
}

module.exports = { LocalRunError, isLocalRunError, fail };
