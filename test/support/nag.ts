import { App, CfnResource } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NagPack, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';

export type PackName = 'AwsSolutions' | 'Serverless' | 'NIST.800.53.R5';

/** A rule that a resource does not follow. */
export interface Finding {
  readonly rule: string;
  /** of the resource's construct */
  readonly path: string;
  /** of the resource */
  readonly type: string;
}

export interface PackResult {
  /** acknowledged at the resource, with a reason */
  readonly acknowledged: Finding[];
  readonly open: Finding[];
}

export type NagResult = Record<PackName, PackResult>;

export const PACKS: Record<PackName, new (scope?: App) => NagPack> = {
  'AwsSolutions': AwsSolutionsChecks,
  'Serverless': ServerlessChecks,
  'NIST.800.53.R5': NIST80053R5Checks,
};

/** Runs cdk-nag's packs over an app, which it synthesizes: before that nothing has been acknowledged. */
export function runPacks(app: App, synth: () => void = () => app.synth({ skipValidation: true })): NagResult {
  const before = findingsOf(app);
  synth();
  const after = findingsOf(app);
  const results = Object.keys(PACKS).map((name, index) => {
    const open = after[index];
    const known = new Set(open.map(findingId));
    return [name, { acknowledged: before[index].filter(found => !known.has(findingId(found))), open }];
  });
  return Object.fromEntries(results);
}

export function findingId({ rule, path }: Finding): string {
  return `${rule} ${path}`;
}

function findingsOf(app: App): Finding[][] {
  const types = new Map(app.node.findAll().filter(node => CfnResource.isCfnResource(node))
    .map(node => [node.node.path, node.cfnResourceType]));
  return Object.values(PACKS).map(Pack => new Pack().validateScope(app).violations.flatMap(
    ({ ruleName, violatingResources }) => violatingResources.map(({ constructPath = '' }) =>
      ({ rule: ruleName, path: constructPath, type: types.get(constructPath) ?? '' })),
  ));
}
