/** The CDK app of the local run: the same construct as on AWS, in its smallest form. */
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Settings } from './settings';
import { ClickstreamLakehouse, LakehouseNetwork } from '../../../src';
import { LocalRunError } from '../support/errors.cjs';

/** Someone who clicks wants to see the row soon, and a machine of two cores keeps up with it. */
const TRIGGER_INTERVAL = Duration.seconds(2);

// CDK's validation of templates takes as long as all the rest of the start, and the tests validate every example's.
process.env.CDK_VALIDATION ??= 'false';

/**
 * @param outdir the cloud assembly's folder
 * @param shopOrigins are allowed whatever the settings say
 * @throws LocalRunError with the construct's own words, when it refuses a setting
 */
export function synthesizeLocalApp(outdir: string, settings: Settings, shopOrigins: readonly string[]) {
  const { writeKeys, allowedOrigins, pathAliases, robotUserAgents } = settings;
  const app = new App({ outdir });
  const stack = new Stack(app, 'ClickstreamLocal');
  try {
    new ClickstreamLakehouse(stack, 'Lakehouse', {
      network: LakehouseNetwork.none(),
      removalPolicy: RemovalPolicy.DESTROY,
      processing: { triggerInterval: TRIGGER_INTERVAL, robotUserAgents },
      collector: { writeKeys, pathAliases, allowedOrigins: allowedOrigins && [...allowedOrigins, ...shopOrigins] },
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InvalidPropertyError') throw error;
    throw new LocalRunError(error.message);
  }
  app.synth();
}
