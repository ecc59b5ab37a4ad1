/** An app sets CDK's feature flags for all of its constructs, so none may change what this construct makes. */
import { readFileSync } from 'fs';
import { Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { ClickstreamLakehouse, CollectorDistribution, DemoWebsite } from '../src';
import { anyCombination, Combination, propsOf } from './support/any-lakehouse';
import { testStack } from './support/stack';
import type { CloudFormationTemplate } from './support/template-graph';

const FLAGS = JSON.parse(readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'));

/** The resources of the three constructs. What a flag makes of the user's own, such as a VPC, is the user's. */
function ownResources(combination: Combination, flags: Record<string, unknown>): Record<string, unknown> {
  const stack = testStack(flags);
  const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', propsOf(stack, combination));
  if (combination.cloudFront) new CollectorDistribution(stack, 'Front', { lakehouse });
  new DemoWebsite(stack, 'Website', { collectorUrl: lakehouse.endpointUrl });
  const isOwn = (id: unknown) => /^(Lakehouse|Front|Website)/.test(String(id));
  const { Resources } = Template.fromStack(stack).toJSON() as CloudFormationTemplate;
  return Object.fromEntries(Object.entries(Resources)
    .filter(([id]) => isOwn(id))
    .map(([id, resource]) => [id, { ...resource, DependsOn: asList(resource.DependsOn).filter(isOwn) }]));
}

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Policies as the set of what they say: the flag `minimizePolicies` merges their statements and sorts their lists. */
function withoutForm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutForm);
  const entries = Object.entries(value).map(([name, content]) => {
    if (name !== 'Statement') return [name, withoutForm(content)];
    const single = asList(content).flatMap(statement => {
      const { Sid, Action, Resource, ...others } = statement as Record<string, unknown>;
      return asList(Action).flatMap(action => asList(Resource).map(resource =>
        JSON.stringify([action, resource, others])));
    });
    return [name, [...new Set(single)].sort()];
  });
  return Object.fromEntries(entries);
}

test('all of the recommended feature flags and none of them give the same resources', () => {
  expect(Object.keys(FLAGS).length).toBeGreaterThan(80);
  fc.assert(fc.property(anyCombination, combination => {
    const [none, all] = [{}, FLAGS].map(flags => ownResources(combination, flags));
    expect(all).not.toEqual(none); // the flags are set: policies have another form
    expect(withoutForm(all)).toEqual(withoutForm(none));
  }), { numRuns: 8, endOnFailure: true });
}, 120_000);
