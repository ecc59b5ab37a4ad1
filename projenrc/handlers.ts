import { awscdk } from 'projen';

/** Lambda entry points, bundled into the package so that nothing is bundled at the user's synth. */
export const HANDLERS = [
  'src/collector/collector.lambda.ts',
  'src/processing/keeper.lambda.ts',
  'src/teardown/drain.lambda.ts',
  'src/teardown/eni-sweep.lambda.ts',
];

const BUNDLED_ONLY = ['src/**/*.lambda.ts', 'src/collector/{handle,put-records,request}.ts', 'src/processing/job-runs.ts'];

/**
 * `--main-fields=module,main` picks the SDK's ES modules, which esbuild can shake: half the start-up time of the default.
 */
export function bundleHandlers(project: awscdk.AwsCdkConstructLibrary) {
  for (const entrypoint of HANDLERS) {
    project.bundler.addBundle(entrypoint, {
      platform: 'node',
      target: 'node22',
      tsconfigPath: 'test/tsconfig.json',
      minify: true,
      esbuildArgs: { '--main-fields': 'module,main', '--legal-comments': 'none' },
    });
  }
  // What only handlers import is bundled with them, so it is a devDependency.
  for (const file of BUNDLED_ONLY) project.eslint?.allowDevDeps(file);
}
