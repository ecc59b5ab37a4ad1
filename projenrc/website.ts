import { awscdk } from 'projen';
import { METAFILES } from './notices';

/** The demo shop with its tracker SDK in one file: what DemoWebsite deploys and the local run serves. */
export function bundleWebsite(project: awscdk.AwsCdkConstructLibrary) {
  const bundle = project.addTask('bundle:website', {
    description: 'Bundle examples/website into assets/website',
    exec:
      'esbuild examples/website/main.ts examples/website/index.html examples/website/style.css' +
      ' --bundle --minify --target=es2020 --loader:.html=copy --loader:.svg=copy --outdir=assets/website' +
      ` --metafile=${METAFILES}/website.json`,
  });
  project.preCompileTask.spawn(bundle);
}
