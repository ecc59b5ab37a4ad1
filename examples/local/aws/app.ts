/** The CDK app of the local run: the same construct as on AWS, in its smallest form. */
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ColumnSetting, Settings } from './settings';
import { ClickstreamLakehouse, EventColumn, GeoDatabase, LakehouseNetwork, ProcessingOptions } from '../../../src';
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
  const { writeKeys, allowedOrigins, pathAliases } = settings;
  const app = new App({ outdir });
  const stack = new Stack(app, 'ClickstreamLocal');
  try {
    new ClickstreamLakehouse(stack, 'Lakehouse', {
      network: LakehouseNetwork.none(),
      removalPolicy: RemovalPolicy.DESTROY,
      processing: { triggerInterval: TRIGGER_INTERVAL, ...processingOptions(settings) },
      collector: { writeKeys, pathAliases, allowedOrigins: allowedOrigins && [...allowedOrigins, ...shopOrigins] },
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InvalidPropertyError') throw error;
    throw new LocalRunError(error.message);
  }
  app.synth();
}

function processingOptions(
  { robotUserAgents, geoDatabases, transform, extraPythonFiles, columns = {} }: Settings,
): ProcessingOptions {
  return {
    robotUserAgents,
    geoDatabases: geoDatabases?.map(path => GeoDatabase.fromFile(path)),
    transform,
    extraPythonFiles,
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, eventColumn(column)])),
  };
}

function eventColumn({ type, property, trait, context }: ColumnSetting): EventColumn {
  if (property !== undefined) return EventColumn.fromProperty(property, type);
  if (trait !== undefined) return EventColumn.fromTrait(trait, type);
  if (context !== undefined) return EventColumn.fromContext(context, type);
  return EventColumn.fromTransform(type);
}
