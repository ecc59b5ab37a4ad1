/** The door to the support room: what the tests use of it. */
export { Guarded } from './guarded';
export { RunFolder } from './run-folder';
export { close, listen } from './servers';
export { until } from './until';
