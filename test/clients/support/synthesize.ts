/** Writes cloud assemblies of lakehouses. Arguments: a folder and the collector's options as JSON, for each. */
import { App, Stack } from 'aws-cdk-lib';
import type { CollectorOptions } from './collector';
import { ClickstreamLakehouse, CollectorDistribution, FirstPartyCookie, LakehouseNetwork } from '../../../src';

function synthesize(outdir: string, options: CollectorOptions): void {
  const { edge, sources, pathAliases, firstPartyCookie, consentMode, cloudFront } = options;
  const app = new App({ outdir });
  const lakehouse = new ClickstreamLakehouse(new Stack(app, 'Clients'), 'Lakehouse', {
    network: LakehouseNetwork.none(),
    collector: {
      edge,
      writeKeys:
        sources && Object.fromEntries(Object.entries(sources).map(([id, key]) => [id, { keys: [key], appId: id }])),
      pathAliases,
      cloudFront,
      firstPartyCookie: firstPartyCookie ? FirstPartyCookie.host() : undefined,
    },
    privacy: { consentMode },
  });
  if (cloudFront) new CollectorDistribution(new Stack(app, 'Front'), 'Distribution', { lakehouse });
  app.synth();
}

const args = process.argv.slice(2);
for (let index = 0; index < args.length; index += 2) synthesize(args[index], JSON.parse(args[index + 1]));
