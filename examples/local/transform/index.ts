/** The door of this room: sample events, and the checks that synthesis makes of a transform. */
import { InvalidPropertyError } from '../../../src/private/validate';
import { pythonModules } from '../../../src/processing/python-modules';
import { LocalRunError } from '../support/errors.cjs';

export { sampleLines } from './sample-lines';

/** @returns the name of the transform's module */
export function checkedModule(transform: string, extraPythonFiles: string[]): string {
  try {
    return pythonModules(transform, extraPythonFiles)[0].name;
  } catch (error) {
    if (error instanceof InvalidPropertyError) throw new LocalRunError(error.message);
    throw error;
  }
}
