import { App, Stack } from 'aws-cdk-lib';
import { Effects } from './effects';
import { ClickstreamLakehouse, ClickstreamLakehouseProps, LakehouseNetwork } from '../../src';
import { testStack } from '../support/stack';
import { CloudFormationTemplate } from '../support/template-graph';

/** Properties, or those that need resources beside the lakehouse. */
export type Props = ClickstreamLakehouseProps | ((stack: Stack) => ClickstreamLakehouseProps);

/** One change of one option. */
export interface Row {
  /** Path below ClickstreamLakehouseProps. */
  readonly option: string;
  readonly change: string;
  /** Properties that the change starts from; NO_VPC when left out. */
  readonly before?: Props;
  /** Properties that the change sets, besides those of `before`. */
  readonly after: Props;
  readonly effects: Effects;
  /** Remark in docs/upgrading.md. */
  readonly note?: string;
}

/** The smallest lakehouse, where the network plays no part. */
export const NO_VPC = { network: LakehouseNetwork.none() };

/** The default lakehouse, with everything that a network brings. */
export const DEFAULT = {};

const templates = new Map<Props, CloudFormationTemplate>();

/** The template before the change. Rows share it. */
export function templateBefore({ before = NO_VPC }: Row): CloudFormationTemplate {
  const known = templates.get(before) ?? templateOf(before);
  templates.set(before, known);
  return known;
}

export function templateAfter({ before = NO_VPC, after }: Row): CloudFormationTemplate {
  return templateOf(stack => ({ ...resolve(before, stack), ...resolve(after, stack) }));
}

function resolve(props: Props, stack: Stack): ClickstreamLakehouseProps {
  return typeof props === 'function' ? props(stack) : props;
}

function templateOf(props: Props): CloudFormationTemplate {
  const stack = testStack();
  new ClickstreamLakehouse(stack, 'Lakehouse', resolve(props, stack));
  return (stack.node.root as App).synth({ skipValidation: true }).getStackByName(stack.stackName).template;
}
