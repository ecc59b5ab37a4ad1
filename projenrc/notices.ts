import { awscdk } from 'projen';

/** Where esbuild says what each bundle is made of. */
export const METAFILES = '.bundles';

/** THIRD_PARTY_NOTICES.md: the licences of the packages within the bundles. CI fails when it is stale. */
export function generateNotices(project: awscdk.AwsCdkConstructLibrary) {
  project.addGitIgnore(`/${METAFILES}/`);
  project.addPackageIgnore(`/${METAFILES}/`);
  const notices = project.addTask('notices', {
    description: 'Write THIRD_PARTY_NOTICES.md from what the bundles are made of',
    exec: `ts-node --project projenrc/tsconfig.json projenrc/write-notices.ts ${METAFILES} THIRD_PARTY_NOTICES.md`,
  });
  project.preCompileTask.spawn(notices);
}
