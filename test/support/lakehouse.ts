import { Stack } from 'aws-cdk-lib';
import { Annotations, Template } from 'aws-cdk-lib/assertions';
import { testStack } from './stack';
import { CloudFormationTemplate, TemplateGraph } from './template-graph';
import { ClickstreamLakehouse, ClickstreamLakehouseProps } from '../../src';

export interface Synthesized {
  readonly stack: Stack;
  readonly lakehouse: ClickstreamLakehouse;
  readonly template: Template;
  readonly json: CloudFormationTemplate;
  readonly graph: TemplateGraph;
  readonly annotations: Annotations;
}

/** A stack with a lakehouse, synthesized; properties may be made in the stack. */
export function synthesize(props: ClickstreamLakehouseProps | ((stack: Stack) => ClickstreamLakehouseProps) = {},
  more: (lakehouse: ClickstreamLakehouse, stack: Stack) => void = () => undefined): Synthesized {
  const stack = testStack();
  const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', typeof props === 'function' ? props(stack) : props);
  more(lakehouse, stack);
  const template = Template.fromStack(stack);
  const json = template.toJSON() as CloudFormationTemplate;
  return {
    stack,
    lakehouse,
    template,
    json,
    graph: new TemplateGraph(json),
    annotations: Annotations.fromStack(stack),
  };
}

/** The only resource of a type. */
export function only({ json, graph }: Synthesized, type: string, id?: RegExp): Record<string, any> {
  // eslint-disable-line @typescript-eslint/no-explicit-any
  const found = graph.find(type, id);
  expect(found).toHaveLength(1);
  return json.Resources[found[0]].Properties ?? {};
}
