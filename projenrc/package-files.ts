import { awscdk } from 'projen';

/** What goes into the npm tarball, and what npm needs to install a fresh clone. */
export function configurePackageFiles(project: awscdk.AwsCdkConstructLibrary) {
  project.npmignore?.include('/glue-assets/'); // must come before the exclusions
  project.npmignore?.exclude(
    '/glue-assets/tests/', '/glue-assets/pyproject.toml', '/glue-assets/update_*.py',
    '/glue-assets/requirements*', '**/__pycache__/',
    '/examples/', '/bench/', '/docs/', '/projenrc/', '/rosetta/', '/.ci/', '/.local/', '/API.md', '/CONTRIBUTING.md',
    '*.log', '.jsii.tabl.json',
    '/lib/**/*.lambda.js', '/lib/**/*.lambda.d.ts',
  );

  // Newer versions lack a published platform binding, so `npm ci` fails on a fresh clone.
  project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });
}
