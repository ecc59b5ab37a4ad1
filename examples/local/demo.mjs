// `npm run demo`: plain Node, because it has to run on a fresh clone. TypeScript comes after the set-up.
import { checkPrerequisites, ensureSetUp } from './setup/index.mjs';
import { fail } from './support/errors.cjs';
import { parseOptions, USAGE } from './support/options.mjs';
import { endWithParent } from './support/parent.mjs';

// Glue and Lambda choose their own Node, so here the SDK's advice to upgrade would only hide what matters.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  endWithParent();
  checkPrerequisites();
  const toolchain = await ensureSetUp();
  const { require: requireTypeScript } = await import('tsx/cjs/api');
  const { runDemo } = requireTypeScript('./main.ts', import.meta.url);
  process.exit(await runDemo(options, toolchain));
}

main().catch(fail);
