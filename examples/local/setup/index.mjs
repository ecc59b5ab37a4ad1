// The door to the set-up: what other rooms and the tests use of it.
export { awsEmulation, python, ROOT, toolchain } from './paths.mjs';
export { checkPrerequisites, findChrome } from './prerequisites.mjs';
export { ensureSetUp, LOCAL_RUN_STEPS } from './setup.mjs';
