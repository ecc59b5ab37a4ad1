import {
  App,
  aws_certificatemanager as acm,
  aws_kinesis as kinesis,
  aws_kms as kms,
  aws_route53 as route53,
  aws_secretsmanager as secretsmanager,
  RemovalPolicy,
  Stack,
  Token,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CollectorWebAcl, CustomDomainOptions, FirstPartyCookie } from '../../src';
import { CollectorEndpoint, CollectorEndpointProps } from '../../src/collector/collector-endpoint';
import { rendered, statementsByRole } from '../support/iam-statements';
import { testStack } from '../support/stack';
import { CloudFormationTemplate, TemplateGraph } from '../support/template-graph';

/** A collector with options that create something in addition. */
function build(options: (stack: Stack) => Partial<CollectorEndpointProps>, stack = testStack()) {
  const collector = new CollectorEndpoint(stack, 'Collector', {
    stream: new kinesis.Stream(stack, 'Stream'),
    ...options(stack),
  });
  const template = Template.fromStack(stack);
  const json = template.toJSON() as CloudFormationTemplate;
  const environment = (): Record<string, unknown> =>
    Object.values(template.findResources('AWS::Lambda::Function'))[0].Properties.Environment.Variables;
  return {
    stack,
    collector,
    template,
    json,
    environment,
    graph: new TemplateGraph(json),
    annotations: Annotations.fromStack(stack),
  };
}

const rights = ({ json }: ReturnType<typeof build>) =>
  statementsByRole(json).CollectorFunctionRole.filter(line => /secretsmanager|kms/.test(line));

describe('write keys in a secret', () => {
  test('are read by the collector, and no other secret is', () => {
    const built = build(stack => ({ writeKeysSecret: new secretsmanager.Secret(stack, 'Keys') }));
    expect(rights(built)).toEqual(['secretsmanager:GetSecretValue on ${Keys}']);
    expect(rendered(built.environment().WRITE_KEYS_SECRET)).toBe('${Keys}');
    expect(built.environment()).not.toHaveProperty('WRITE_KEYS');
    built.annotations.hasNoWarning('/Test/Collector', Match.anyValue());
  });

  test('are decrypted with their own key, only through Secrets Manager', () => {
    const built = build(stack => ({
      writeKeysSecret: new secretsmanager.Secret(stack, 'Keys', { encryptionKey: new kms.Key(stack, 'Key') }),
    }));
    expect(rights(built)).toEqual([
      'secretsmanager:GetSecretValue on ${Keys}',
      'kms:Decrypt on ${Key.Arn} if StringEquals kms:ViaService=secretsmanager.${Region}.${URLSuffix}',
    ]);
  });

  test('may be imported by name', () => {
    const built = build(stack => ({
      writeKeysSecret: secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'shop/keys'),
    }));
    expect(rights(built)).toEqual([
      'secretsmanager:GetSecretValue on arn:${Partition}:secretsmanager:${Region}:${AccountId}:secret:shop/keys-??????',
    ]);
  });

  test('cannot be combined with literal ones', () => {
    expect(() =>
      build(stack => ({
        writeKeysSecret: new secretsmanager.Secret(stack, 'Keys'),
        writeKeys: { web: { keys: ['k'] } },
      })),
    ).toThrow('collector.writeKeysSecret cannot be combined with collector.writeKeys: one of them must hold all keys');
  });
});

describe('a custom domain', () => {
  const certificate = (stack: Stack, region = 'eu-west-1') =>
    acm.Certificate.fromCertificateArn(stack, 'Certificate', `arn:aws:acm:${region}:123456789012:certificate/1`);
  const domain = (
    options: (stack: Stack) => Partial<CustomDomainOptions> = () => ({}),
    more: Partial<CollectorEndpointProps> = {},
    stack = testStack(),
  ) =>
    build(
      () => ({
        ...more,
        customDomain: { domainName: 'collect.shop.example', certificate: certificate(stack), ...options(stack) },
      }),
      stack,
    );

  test('is regional, speaks TLS 1.2 and is mapped to the stage', () => {
    const { template } = domain();
    template.hasResourceProperties('AWS::ApiGateway::DomainName', {
      DomainName: 'collect.shop.example',
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'TLS_1_2',
      RegionalCertificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/1',
    });
    template.hasResourceProperties('AWS::ApiGateway::BasePathMapping', {
      BasePath: Match.absent(),
      Stage: { Ref: Match.stringLikeRegexp('DeploymentStage') },
    });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  test('makes the URLs; the stage is the path that the collector takes anyway', () => {
    const { collector, stack } = domain();
    expect([collector.hostUrl, collector.endpointUrl]).toEqual([
      'https://collect.shop.example',
      'https://collect.shop.example/v1',
    ]);
    expect(rendered(stack.resolve(collector.customDomainTarget))).toBe('${CollectorDomain.RegionalDomainName}');
  });

  test('may have a base path, which not every SDK keeps', () => {
    const { collector, template, annotations } = domain(() => ({ basePath: 'clicks' }));
    expect([collector.hostUrl, collector.endpointUrl]).toEqual([
      'https://collect.shop.example/clicks',
      'https://collect.shop.example/clicks/v1',
    ]);
    template.hasResourceProperties('AWS::ApiGateway::BasePathMapping', { BasePath: 'clicks' });
    annotations.hasWarning(
      '/Test/Collector',
      Match.stringLikeRegexp('collector.customDomain.basePath is set: SDKs that take only a host.*drop it'),
    );
  });

  test.each<[string, (stack: Stack) => route53.IHostedZone]>([
    ['of this app', stack => new route53.PublicHostedZone(stack, 'Zone', { zoneName: 'shop.example' })],
    ['known by its id alone', stack => route53.HostedZone.fromHostedZoneId(stack, 'Zone', 'Z1')],
  ])('gets an alias record in a zone %s', (_, hostedZone) => {
    domain(stack => ({ hostedZone: hostedZone(stack) })).template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'collect.shop.example.',
      Type: 'A',
      AliasTarget: { DNSName: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CollectorDomain'), 'RegionalDomainName'] } },
    });
  });

  test('goes before the stage it is mapped to, and with the stack', () => {
    const { graph, json } = domain(stack => ({
      hostedZone: new route53.PublicHostedZone(stack, 'Zone', { zoneName: 'shop.example' }),
    }));
    const [mapping] = graph.find('AWS::ApiGateway::BasePathMapping');
    expect([...graph.before(mapping)]).toEqual(
      expect.arrayContaining([...graph.find('AWS::ApiGateway::Stage'), ...graph.find('AWS::ApiGateway::DomainName')]),
    );
    expect(graph.before(graph.find('AWS::Route53::RecordSet')[0])).toContain(
      graph.find('AWS::ApiGateway::DomainName')[0],
    );
    for (const id of graph.find(/^AWS::ApiGateway::(DomainName|BasePathMapping)$|RecordSet/)) {
      expect(json.Resources[id].DeletionPolicy).not.toBe(RemovalPolicy.RETAIN);
    }
  });

  test.each<[string, (stack: Stack) => Partial<CustomDomainOptions>, string]>([
    [
      'a URL',
      () => ({ domainName: 'https://shop.example' }),
      'collector.customDomain.domainName must be a name in lower case like collect.shop.example, '
        + "got 'https://shop.example'",
    ],
    ['capitals', () => ({ domainName: 'Collect.shop.example' }), "got 'Collect.shop.example'"],
    ['a wildcard', () => ({ domainName: '*.shop.example' }), "got '*.shop.example'"],
    [
      'a base path of two segments',
      () => ({ basePath: 'a/b' }),
      "collector.customDomain.basePath must be one segment without slashes, got 'a/b'",
    ],
    [
      'the zone of another domain',
      stack => ({ hostedZone: new route53.PublicHostedZone(stack, 'Zone', { zoneName: 'op.example' }) }),
      "collector.customDomain.hostedZone must be of 'collect.shop.example' or a domain above it, got 'op.example'",
    ],
  ])('refuses %s', (_, options, message) => expect(() => domain(options)).toThrow(message));

  test('refuses a certificate of another region', () => {
    const ireland = () =>
      new Stack(new App({ context: { 'aws:cdk:disable-asset-staging': true } }), 'Test', {
        env: { region: 'eu-west-1' },
      });
    expect(() => domain(() => ({ certificate: certificate(new Stack(), 'us-east-1') }), {}, ireland())).toThrow(
      'collector.customDomain.certificate must be in the region of the stack, eu-west-1, got one in us-east-1',
    );
    expect(() => domain(() => ({}), {}, ireland())).not.toThrow();
  });

  test('is what the cookie must be for', () => {
    expect(() => domain(() => ({}), { firstPartyCookie: FirstPartyCookie.domain('op.example') }))
      .toThrow("collector.firstPartyCookie must be for 'collect.shop.example' or a domain above it, got 'op.example'");
    for (const firstPartyCookie of [
      FirstPartyCookie.domain('shop.example'),
      FirstPartyCookie.domain('collect.shop.example'),
      FirstPartyCookie.host(),
    ]) {
      domain(() => ({}), { firstPartyCookie }).annotations.hasNoWarning(
        '/Test/Collector',
        Match.stringLikeRegexp('firstPartyCookie'),
      );
    }
    build(() => ({ firstPartyCookie: FirstPartyCookie.host() })).annotations.hasWarning(
      '/Test/Collector',
      Match.stringLikeRegexp('collector.firstPartyCookie is set without collector.customDomain'),
    );
  });

  test('may be known only at deployment', () => {
    expect(() => domain(() => ({ domainName: Token.asString({ Ref: 'Name' }) }))).not.toThrow();
  });
});

describe('a web ACL', () => {
  const own = build(() => ({ webAcl: CollectorWebAcl.rateLimited(20_000) }));

  test('of its own has a limit for each address and the list of attackers, and nothing that reads bodies', () => {
    const [acl] = Object.values(own.template.findResources('AWS::WAFv2::WebACL')).map(({ Properties }) => Properties);
    expect(acl).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    expect(acl.Rules.map((rule: { Statement: object }) => rule.Statement)).toEqual([
      { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 20_000, EvaluationWindowSec: 300 } },
      { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesAmazonIpReputationList' } },
    ]);
    for (const { VisibilityConfig } of [acl, ...acl.Rules]) expect(VisibilityConfig.SampledRequestsEnabled).toBe(false);
  });

  test('protects the stage, and goes before it', () => {
    const [association] = own.graph.find('AWS::WAFv2::WebACLAssociation');
    const { ResourceArn, WebACLArn } = own.json.Resources[association].Properties!;
    expect(rendered(ResourceArn)).toBe(
      'arn:${Partition}:apigateway:${Region}::/restapis/${CollectorApi}/stages/${CollectorApiDeploymentStagev1}',
    );
    expect(rendered(WebACLArn)).toBe('${CollectorWebAcl.Arn}');
    expect([...own.graph.before(association)]).toEqual(
      expect.arrayContaining(own.graph.find('AWS::ApiGateway::Stage')),
    );
  });

  test('may exist already', () => {
    const arn = 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/clicks/1';
    const { template } = build(() => ({ webAcl: CollectorWebAcl.fromWebAclArn(arn) }));
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', { WebACLArn: arn });
    template.resourceCountIs('AWS::WAFv2::WebACL', 0);
  });

  test.each<[string, () => CollectorWebAcl, string]>([
    [
      'no limit',
      () => CollectorWebAcl.rateLimited(0),
      'collector.webAcl: requestsPerFiveMinutes must be a whole number between 10 and 2000000000, got 0',
    ],
    [
      'a name',
      () => CollectorWebAcl.fromWebAclArn('clicks'),
      "collector.webAcl: webAclArn must be the ARN of a WAFv2 web ACL, got 'clicks'",
    ],
    [
      'one for CloudFront',
      () => CollectorWebAcl.fromWebAclArn('arn:aws:wafv2:us-east-1:123456789012:global/webacl/clicks/1'),
      'must be of scope REGIONAL, got one for CloudFront',
    ],
  ])('refuses %s', (_, make, message) => expect(make).toThrow(message));
});
