import { awscdk } from 'projen';

/** Tasks, scripts and lint settings. */
export function configureTasks(project: awscdk.AwsCdkConstructLibrary) {
  // Node 20 is our floor; jsii warns about it on every call.
  project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

  // Every TypeScript block of README.md and of the docstrings must compile.
  project.postCompileTask.exec('jsii-rosetta extract --strict --compile');

  // The examples import the package by its name, which examples/tsconfig.json maps to src.
  project.eslint?.addOverride({
    files: ['examples/**'],
    rules: { 'import/no-unresolved': ['error', { ignore: ['^cdk-clickstream-lakehouse$'] }] },
  });

  // The local run and what drives it: lines that fit beside each other, and no circle of imports.
  project.eslint?.addOverride({
    files: ['examples/local/**', 'examples/website/**', 'bench/**', 'test/local/**', 'test/e2e/**'],
    rules: {
      '@stylistic/max-len': ['error', { code: 120, ignoreUrls: true }],
      'import/no-cycle': 'error',
    },
  });

  // Plain Node scripts: they install what they need themselves, so they run on a fresh clone.
  project.setScript('demo', 'node examples/local/demo.mjs');
  project.setScript('query', 'node examples/local/query.mjs');
  project.setScript('test', 'node test/run.mjs');
  project.setScript('bench', 'tsx bench/run.ts');
  project.setScript('soak', "jest --ci --runInBand --testMatch '**/test/soak/**/*.soak.ts'");
}
