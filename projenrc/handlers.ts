import { readdirSync } from 'fs';
import { basename, join } from 'path';
import { awscdk } from 'projen';
import { METAFILES } from './notices';

/**
 * What runs in Lambda. It is bundled into the package, so that nothing is bundled at the user's synth and what it
 * imports is a devDependency; jsii never exports it.
 */
export const RUN_TIME = 'src/*/function/**';

/**
 * Sources of credentials that the SDK asks after the environment, where Lambda puts a function's. Each is imported when
 * it is asked, so never, and without them a bundle is a quarter smaller.
 */
const UNUSED = ['ini', 'process', 'sso', 'web-identity'].map(name => `@aws-sdk/credential-provider-${name}`);

/** The bundles' entry points, paths below the project. */
function handlers(project: awscdk.AwsCdkConstructLibrary): string[] {
  const files = readdirSync(join(project.outdir, 'src'), { recursive: true, encoding: 'utf8' });
  return files.filter(file => file.endsWith('.lambda.ts')).map(file => join('src', file)).sort();
}

/**
 * `--main-fields=module,main` picks the SDK's ES modules, which esbuild can shake: half the start-up time of the
 * default.
 */
export function bundleHandlers(project: awscdk.AwsCdkConstructLibrary) {
  for (const entrypoint of handlers(project)) {
    project.bundler.addBundle(entrypoint, {
      platform: 'node',
      target: 'node22', // not the functions' runtime: the local run executes the bundles under older versions, too
      tsconfigPath: 'test/tsconfig.json',
      minify: true,
      externals: UNUSED,
      esbuildArgs: {
        '--main-fields': 'module,main',
        '--legal-comments': 'none',
        '--metafile': `${METAFILES}/${basename(entrypoint, '.ts')}.json`,
      },
    });
  }
  project.eslint?.allowDevDeps(RUN_TIME);
}
