/** The door to the support room: what the tests use of it. */
export { LocalRunError } from './errors.cjs';
export { close, listen } from './servers';
export { until } from './until';
