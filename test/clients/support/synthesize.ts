/** Writes the cloud assembly of a lakehouse. Arguments: the folder, the collector's options as JSON. */
import { App, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse, IngestionOptions, LakehouseNetwork } from '../../../src';

const [outdir, ingestion] = process.argv.slice(2);
const app = new App({ outdir });
new ClickstreamLakehouse(new Stack(app, 'Clients'), 'Lakehouse', {
  network: LakehouseNetwork.none(),
  ingestion: JSON.parse(ingestion) as IngestionOptions,
});
app.synth();
