// `npm run demo`: plain Node, because it has to run on a fresh clone; the rest is TypeScript and comes after the set-up.
import { parseOptions, USAGE } from './options.mjs';
import { checkPrerequisites, ensureSetUp, fail } from './setup.mjs';

// Glue and Lambda choose their own Node; here the SDK's advice to upgrade would only hide what matters.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  checkPrerequisites();
  const toolchain = await ensureSetUp();
  const { require: requireTypeScript } = await import('tsx/cjs/api');
  const { runDemo } = requireTypeScript('./main.ts', import.meta.url);
  process.exit(await runDemo(options, toolchain));
}

main().catch(fail);
