import { awscdk } from 'projen';

/** Pins what is fetched, by hash. */
const REQUIREMENTS = 'glue-assets/requirements-vendored.txt';
/** What the names of the fetched folders begin with. */
const PREFIX = 'ua_parser';

/** Python packages in the job's zip and the tarball. They are fetched like Node modules, not committed. */
export function vendorPython(project: awscdk.AwsCdkConstructLibrary) {
  project.addGitIgnore(`/glue-assets/${PREFIX}*`);
  const vendor = project.addTask('vendor', {
    description: 'Fetch the Python packages that the zip of the Glue job contains',
    exec: `node projenrc/vendor.mjs ${REQUIREMENTS} glue-assets ${PREFIX}`,
  });
  project.preCompileTask.spawn(vendor);
}
