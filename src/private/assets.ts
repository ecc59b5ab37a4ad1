import { join } from 'path';
import { aws_lambda as lambda } from 'aws-cdk-lib';

/** The same from src/ (tests) and from lib/ (the published package). */
const PACKAGE_ROOT = join(__dirname, '..', '..');

/** Entry script of the streaming job. */
export const GLUE_SCRIPT = join(PACKAGE_ROOT, 'glue-assets', 'clickstream_job.py');

/** Folder of the Python package that the entry script imports. */
export const GLUE_PACKAGE = join(PACKAGE_ROOT, 'glue-assets');

/** Files excluded from the zip, which holds only the package. */
export const GLUE_PACKAGE_EXCLUDES = [
  'tests', '**/__pycache__', 'clickstream_job.py', 'pyproject.toml', 'requirements*', 'update_*.py', '.*',
];

/** The demo website, already bundled. */
export const WEBSITE = join(PACKAGE_ROOT, 'assets', 'website');

/** Code of a handler, bundled when this package was built, so that nothing is bundled at the user's synth. */
export function handlerCode(entrypoint: string): lambda.Code {
  return lambda.Code.fromAsset(join(PACKAGE_ROOT, 'assets', ...entrypoint.split('/')));
}
