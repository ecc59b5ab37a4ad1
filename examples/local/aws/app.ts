/** The CDK app of the local run: the same construct as on AWS, in its smallest form. */
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse, LakehouseNetwork } from '../../../src';

/** Someone who clicks wants to see the row soon, and a machine of two cores keeps up with it. */
const TRIGGER_INTERVAL = Duration.seconds(2);

// CDK's validation of templates takes as long as all the rest of the start, and the tests validate every example's.
process.env.CDK_VALIDATION ??= 'false';

/** @param outdir the cloud assembly's folder */
export function synthesizeLocalApp(outdir: string) {
  const app = new App({ outdir });
  const stack = new Stack(app, 'ClickstreamLocal');
  new ClickstreamLakehouse(stack, 'Lakehouse', {
    network: LakehouseNetwork.none(),
    removalPolicy: RemovalPolicy.DESTROY,
    processing: { triggerInterval: TRIGGER_INTERVAL },
  });
  app.synth();
}
