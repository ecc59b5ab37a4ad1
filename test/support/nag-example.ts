/** Runs the main.ts of the working directory, and cdk-nag's packs when its app is synthesized; asks what it costs. */
import { writeFileSync } from 'fs';
import { resolve } from 'path';
import { App } from 'aws-cdk-lib';
import { runPacks } from './nag';
import { ClickstreamLakehouse } from '../../src';

const { synth } = App.prototype;

App.prototype.synth = function (options) {
  let assembly: ReturnType<typeof synth> | undefined;
  const result = runPacks(this, () => { assembly = synth.call(this, options); });
  const [lakehouse] = this.node.findAll()
    .filter((construct): construct is ClickstreamLakehouse => construct instanceof ClickstreamLakehouse);
  const idleUsd = lakehouse.estimatedMonthlyCost({ eventsPerSecond: 0 }).total;
  writeFileSync(process.env.INSPECTION!, JSON.stringify({ nag: result, idleUsd }));
  return assembly!;
};

void import(resolve('main.ts'));
