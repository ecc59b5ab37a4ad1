import { awscdk } from 'projen';
import { RUN_TIME } from './handlers';

/** Tasks, scripts and lint settings. */
export function configureTasks(project: awscdk.AwsCdkConstructLibrary) {
  // Node 20 is our floor; jsii warns about it on every call.
  project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

  // Every TypeScript block of README.md and of the docstrings must compile.
  // In one batch: one at a time, they take three times as long.
  project.postCompileTask.exec('jsii-rosetta extract --strict --compile --batch 1000');

  // The examples import the package by its name, which examples/tsconfig.json maps to src.
  project.eslint?.addOverride({
    files: ['examples/**'],
    rules: { 'import/no-unresolved': ['error', { ignore: ['^cdk-clickstream-lakehouse$'] }] },
  });

  // Lines that fit beside each other.
  project.eslint?.addRules({ '@stylistic/max-len': ['error', { code: 120, ignoreUrls: true }] });

  // Synthesis happens at the user's, where the SDKs of the handlers are not installed.
  project.eslint?.addOverride({
    files: ['src/**'],
    excludedFiles: [RUN_TIME],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', {
        patterns: [{
          group: ['**/function/**', '!**/function/interface'],
          allowTypeImports: true,
          message: 'Synthesis uses run-time code only as types, or through its interface.ts.',
        }],
      }],
    },
  });

  // Plain Node scripts: they install what they need themselves, so they run on a fresh clone.
  project.setScript('demo', 'node examples/local/demo.mjs');
  project.setScript('query', 'node examples/local/query.mjs');
  project.setScript('transform-test', 'node examples/local/transform-test.mjs');
  project.setScript('cost', 'node examples/cost.mjs');
  project.setScript('test', 'node test/run.mjs');
  project.setScript('bench', 'node bench/bench.mjs');
  project.setScript('report', 'tsx --tsconfig bench/tsconfig.json bench/report.ts');
  project.setScript('soak', 'node test/soak/soak.mjs');
  project.setScript('compatibility', 'node test/compatibility.mjs');
  project.setScript('release:dry', 'tsx --tsconfig projenrc/tsconfig.json projenrc/release-dry.ts');
}
