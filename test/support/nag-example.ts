/** Runs the main.ts of the working directory, and cdk-nag's packs when its app is synthesized. */
import { writeFileSync } from 'fs';
import { resolve } from 'path';
import { App } from 'aws-cdk-lib';
import { runPacks } from './nag';

const { synth } = App.prototype;

App.prototype.synth = function (options) {
  let assembly: ReturnType<typeof synth> | undefined;
  const result = runPacks(this, () => { assembly = synth.call(this, options); });
  writeFileSync(process.env.NAG_RESULT!, JSON.stringify(result));
  return assembly!;
};

void import(resolve('main.ts'));
