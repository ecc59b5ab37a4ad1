/** Writes the cloud assembly of a lakehouse. Arguments: the folder, the collector's options as JSON. */
import { App, Stack } from 'aws-cdk-lib';
import type { CollectorOptions } from './collector';
import { ClickstreamLakehouse, FirstPartyCookie, LakehouseNetwork } from '../../../src';

const [outdir, options] = process.argv.slice(2);
const { sources, pathAliases, firstPartyCookie, consentMode } = JSON.parse(options) as CollectorOptions;
const app = new App({ outdir });
new ClickstreamLakehouse(new Stack(app, 'Clients'), 'Lakehouse', {
  network: LakehouseNetwork.none(),
  collector: {
    writeKeys:
      sources && Object.fromEntries(Object.entries(sources).map(([id, key]) => [id, { keys: [key], appId: id }])),
    pathAliases,
    firstPartyCookie: firstPartyCookie ? FirstPartyCookie.host() : undefined,
  },
  privacy: { consentMode },
});
app.synth();
