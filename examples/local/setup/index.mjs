// The door to the set-up: what other rooms and the tests use of it.
export { python, ROOT, toolchain } from './paths.mjs';
export { checkPrerequisites, findChrome } from './prerequisites.mjs';
export { ensureSetUp } from './setup.mjs';
