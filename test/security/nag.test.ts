import { App, aws_ec2 as ec2, aws_sns as sns, Stack, Validations } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { EXAMPLES, report } from '../../bench/report';
import {
  ClickstreamLakehouse, ClickstreamLakehouseProps, CloudFrontUse, CollectorDistribution, CollectorEdge, CollectorWebAcl,
  Compliance, DemoWebsite,
} from '../../src';
import { ACKNOWLEDGEMENTS } from '../../src/private/acknowledgements';
import { anyCombination, Combination, propsOf } from '../support/any-lakehouse';
import { Finding, findingId, NagResult, PackName, PACKS, runPacks } from '../support/nag';
import { testStack } from '../support/stack';
import { inspectExample } from '../support/synth-example';

const GENERAL: PackName[] = ['AwsSolutions', 'Serverless'];

/** Findings at resources of the lakehouse, and not at those that a combination brings. */
function openOf(result: NagResult, packs: PackName[]): string[] {
  return packs.flatMap(pack => result[pack].open).map(findingId).filter(id => id.includes(' Test/Lakehouse/'));
}

function inspect(props: (stack: Stack) => ClickstreamLakehouseProps, compliance?: Compliance): NagResult {
  const stack = testStack();
  new ClickstreamLakehouse(stack, 'Lakehouse', { ...props(stack), compliance });
  return runPacks(stack.node.root as App);
}

const EVERYTHING: Combination = {
  network: 'isolated',
  schedule: 'interval',
  encryptionKey: 'own',
  edge: CollectorEdge.REST_API,
  cloudFront: CloudFrontUse.REQUIRED,
  access: 'secret',
  pseudonyms: true,
  webAcl: true,
  accessLogs: true,
  monitoring: 'actions',
  tracing: true,
  stream: 'created',
  buckets: 'created',
};

describe('the examples', () => {
  const examples = Object.fromEntries(EXAMPLES.map(name => [name, inspectExample(name)]));

  test.each(EXAMPLES)('%s: no finding is open in the AWS Solutions and Serverless packs', name => {
    const { nag } = examples[name];
    expect(GENERAL.flatMap(pack => nag[pack].open)).toEqual([]);
    expect(GENERAL.flatMap(pack => nag[pack].acknowledged).length).toBeGreaterThan(50);
  });

  test('`npm run report` has the figures of each, and every statement on all resources', () => {
    const text = report(examples);
    for (const name of EXAMPLES) expect(text).toMatch(new RegExp(`^  ${name} .* \\d+\\.\\d\\d +0 \\(\\d+\\) `, 'm'));
    expect(text).toContain('JobRole: cloudwatch:PutMetricData on * if');
  });
});

describe('any combination of options', () => {
  test('has no open finding in the AWS Solutions and Serverless packs', () => {
    fc.assert(fc.property(anyCombination, combination => {
      const props = (stack: Stack) => propsOf(stack, { ...combination, accessLogs: true });
      expect(openOf(inspect(props), GENERAL)).toEqual([]);
    }), { numRuns: 8 });
  });

  test('that STRICT allows has none in the NIST 800-53 r5 pack either', () => {
    fc.assert(fc.property(anyCombination, combination => {
      const encryptionKey = combination.encryptionKey === 'none' ? 'own' : combination.encryptionKey;
      const edge = CollectorEdge.REST_API;
      const strict = {
        ...combination, edge, encryptionKey, webAcl: true, accessLogs: true, monitoring: 'actions',
      } as const;
      const result = inspect(stack => propsOf(stack, strict), Compliance.STRICT);
      expect(openOf(result, [...GENERAL, 'NIST.800.53.R5'])).toEqual([]);
    }), { numRuns: 8 });
  });
});

test('a distribution has no open finding in any pack', () => {
  const stack = testStack();
  const props = propsOf(stack, EVERYTHING);
  const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', props);
  new CollectorDistribution(stack, 'Distribution', { lakehouse });
  const open = Object.values(runPacks(stack.node.root as App)).flatMap(pack => pack.open).map(findingId);
  expect(open.filter(id => id.includes(' Test/Distribution/'))).toEqual([]);
});

describe('what an option leaves out is reported:', () => {
  test('access logs', () => {
    const result = inspect(stack => propsOf(stack, { ...EVERYTHING, accessLogs: false }));
    expect([...new Set(openOf(result, GENERAL).map(id => id.split(' ')[0]))].sort())
      .toEqual(['AwsSolutions-APIG1', 'AwsSolutions-S1', 'Serverless-APIGWAccessLogging']);
  });

  test('with STRICT, alarms without an action', () => {
    const result = inspect(stack => propsOf(stack, { ...EVERYTHING, monitoring: 'default' }), Compliance.STRICT);
    const open = openOf(result, [...GENERAL, 'NIST.800.53.R5']);
    expect(open.length).toBeGreaterThan(5);
    expect(open.filter(id => !id.startsWith('NIST.800.53.R5-CloudWatchAlarmAction'))).toEqual([]);
  });
});

/** Everything that is acknowledged in a lakehouse with all options and in the demo website. */
function acknowledgedIn(changes: Partial<Combination>, compliance = Compliance.STANDARD): Finding[] {
  const stack = testStack();
  const props = propsOf(stack, { ...EVERYTHING, ...changes });
  const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', { ...props, compliance });
  new CollectorDistribution(stack, 'Distribution', { lakehouse });
  new DemoWebsite(stack, 'Website', { collectorUrl: lakehouse.endpointUrl });
  return Object.values(runPacks(stack.node.root as App)).flatMap(({ acknowledged }) => acknowledged);
}

test('every acknowledgement has a finding', () => {
  const found = [
    acknowledgedIn({ webAcl: false }),
    acknowledgedIn({ edge: CollectorEdge.HTTP_API }),
    acknowledgedIn({ webAcl: true }, Compliance.STRICT),
  ].flat();
  const below = ({ path }: Finding) => path.split('/').slice(2).join('/');
  const unused = ACKNOWLEDGEMENTS.flatMap(({ rules, type, path, resource }) => rules
    .filter(rule => !found.some(it => it.rule === rule && it.type === type && (path?.test(below(it)) ?? true)))
    .map(rule => `${rule} at ${resource}`));
  // Our functions have the newest runtime of the aws-cdk-lib that we compile with. An app may have a newer one.
  expect(unused).toEqual(['AwsSolutions-L1', 'Serverless-LambdaLatestVersion']
    .map(rule => `${rule} at functions of the lakehouse`));
});

describe("in a stranger's app with cdk-nag as a plugin", () => {
  function synthesizeApp(extend: (stack: Stack) => void = () => undefined): void {
    const stack = testStack();
    const app = stack.node.root as App;
    const alarmTopics = [new sns.Topic(stack, 'OnCall', { enforceSSL: true })];
    new ClickstreamLakehouse(stack, 'Lakehouse', {
      collector: { webAcl: CollectorWebAcl.rateLimited(20_000) }, monitoring: { alarmTopics },
    });
    extend(stack);
    GENERAL.forEach(pack => Validations.of(app).addPlugins(new PACKS[pack](app)));
    app.synth();
  }

  test('the validation passes', () => expect(() => synthesizeApp()).not.toThrow());

  test("the stranger's own findings are reported, also those of rules that are acknowledged for ours", () => {
    let problem = '';
    try {
      synthesizeApp(stack => new ec2.Vpc(stack, 'Vpc'));
    } catch (error) {
      problem = (error as Error).message;
    }
    expect(problem).toMatch(/AwsSolutions-VPC7\b/);
    expect(problem).toContain('Test/Vpc');
    expect(problem).not.toContain('Test/Lakehouse');
  });
});
