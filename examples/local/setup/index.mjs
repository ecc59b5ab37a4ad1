// The door to the set-up: what other rooms and the tests use of it.
export { awsEmulation, bindings, OTHER_VENV, python, ROOT, toolchain } from './paths.mjs';
export { checkPrerequisites, findChrome, findMaven, findPython, otherPython } from './prerequisites.mjs';
export { ensureSetUp, LOCAL_RUN_STEPS } from './setup.mjs';
