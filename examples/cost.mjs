// `npm run cost`: plain Node, because it has to run on a fresh clone. TypeScript comes after the set-up.
import { fileURLToPath } from 'node:url';
import { ensureSetUp } from './local/setup/index.mjs';

async function main() {
  await ensureSetUp(['modules', 'bundles']);
  process.env.TSX_TSCONFIG_PATH = fileURLToPath(new URL('tsconfig.json', import.meta.url));
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:disable-asset-staging': true });
  const { require: requireTypeScript } = await import('tsx/cjs/api');
  requireTypeScript('./cost-table.ts', import.meta.url);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
