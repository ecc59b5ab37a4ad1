import { awscdk } from 'projen';

/** Where esbuild says what each bundle is made of. */
export const METAFILES = '.bundles';

const TARGET = 'THIRD_PARTY_NOTICES.md';

/** The licences of the packages within the bundles and the job's zip. CI fails when the file is stale. */
export function generateNotices(project: awscdk.AwsCdkConstructLibrary) {
  project.addGitIgnore(`/${METAFILES}/`);
  project.addPackageIgnore(`/${METAFILES}/`);
  const notices = project.addTask('notices', {
    description: 'Write THIRD_PARTY_NOTICES.md from what the bundles and the job are made of',
    exec: `ts-node --project projenrc/tsconfig.json projenrc/write-notices.ts ${METAFILES} glue-assets ${TARGET}`,
  });
  project.preCompileTask.spawn(notices);
}
