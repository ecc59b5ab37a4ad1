// `npm run bench -- <what>`: plain Node, because it has to run on a fresh clone. TypeScript comes after the set-up.
import { ensureSetUp } from '../examples/local/setup/index.mjs';

async function main() {
  const toolchain = await ensureSetUp();
  const { require: requireTypeScript } = await import('tsx/cjs/api');
  const { bench } = requireTypeScript('./run.ts', import.meta.url);
  await bench(process.argv.slice(2), toolchain);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
