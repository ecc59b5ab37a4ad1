/** Intrinsic functions with the names that an emulator knows the template's resources by. */
import { ACCOUNT, Intrinsics, Json, REGION, Resource } from '../../../examples/local/aws';

const regional = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** Resource type → the ARN of one with this name. */
const ARNS: Readonly<Record<string, (name: string) => string>> = {
  'AWS::IAM::Role': name => `arn:aws:iam::${ACCOUNT}:role/${name}`,
  'AWS::KMS::Key': name => regional('kms', `key/${name}`),
  'AWS::Kinesis::Stream': name => regional('kinesis', `stream/${name}`),
  'AWS::Lambda::Function': name => regional('lambda', `function:${name}`),
  'AWS::Logs::LogGroup': name => regional('logs', `log-group:${name}:*`),
  'AWS::S3::Bucket': name => `arn:aws:s3:::${name}`,
  'AWS::SecretsManager::Secret': name => name, // Ref is the ARN
  'AWS::StepFunctions::StateMachine': name => name, // Ref is the ARN
};

/** Logical id (for an attribute but Arn: `<logical id>.<attribute>`) → the value that the emulator gave it. */
export type PhysicalNames = Readonly<Record<string, string>>;

/** Names that are not in the map are made up from the logical id, as in the local run. */
export class PhysicalIntrinsics extends Intrinsics {
  constructor(resources: Readonly<Record<string, Resource>>, private readonly names: PhysicalNames = {}) {
    super(resources);
  }

  protected ref(id: string): Json {
    return this.names[id] ?? super.ref(id);
  }

  protected attribute(id: string, attribute: string): Json {
    const known = this.names[`${id}.${attribute}`];
    if (known !== undefined) return known;
    const arnOf = attribute === 'Arn' ? ARNS[this.resources[id]?.Type] : undefined;
    return arnOf ? arnOf(String(this.ref(id))) : super.attribute(id, attribute);
  }
}
