/** Reads the synthesized template for all that the local run plays, so that nothing is configured twice. */
import { EdgeTemplate, readEdge } from './edge-template';
import { Properties, Template } from './template';

export interface GlueJob {
  /** Where Glue fetches the script from. */
  readonly scriptUri: string;
  readonly scriptPath: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** What the arguments name in the asset bucket: its URL → the staged file, or the folder which Glue gets as a zip. */
  readonly assets: Readonly<Record<string, string>>;
}

export interface LocalStack {
  readonly edge: EdgeTemplate;
  readonly stream: { readonly name: string; readonly shards: number };
  readonly job: GlueJob;
}

/** The shards that Kinesis gives a stream in on-demand mode. */
const ON_DEMAND_SHARDS = 4;

function readJob(template: Template): GlueJob {
  const [, properties] = template.only('AWS::Glue::Job');
  const { Command: command, DefaultArguments: job = {} } = template.resolve(properties) as Properties;
  const values = job as Record<string, string>;
  const scriptUri = String((command as Properties).ScriptLocation);
  return {
    scriptUri,
    scriptPath: template.asset(scriptUri),
    arguments: values,
    assets: stagedAssets(template, values),
  };
}

function stagedAssets(template: Template, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.values(values).flatMap(listed).flatMap((location): [string, string][] => {
    const path = location.startsWith('s3://') ? template.assetIfStaged(location) : undefined;
    return path === undefined ? [] : [[location, path]];
  }));
}

/** The items of an argument that holds a list. */
export const listed = (argument = ''): string[] => argument.split(',').filter(Boolean);

function readStream(template: Template): LocalStack['stream'] {
  const [id, properties] = template.only('AWS::Kinesis::Stream');
  return { name: String(template.resolve({ Ref: id })), shards: Number(properties.ShardCount ?? ON_DEMAND_SHARDS) };
}

/** The one stack in a cloud assembly directory (cdk.out). */
export function readStack(directory: string): LocalStack {
  const template = Template.read(directory);
  return { edge: readEdge(template), stream: readStream(template), job: readJob(template) };
}
