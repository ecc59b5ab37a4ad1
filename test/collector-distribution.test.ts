import { App, aws_certificatemanager as acm, aws_cloudfront as cloudfront, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  ClickstreamLakehouse, CloudFrontUse, CollectorDistribution, CollectorDistributionProps, CollectorEdge,
  CollectorOptions, FirstPartyCookie, LakehouseNetwork,
} from '../src';
import { originHeaders, viewerRequest } from './support/cloud-front-function';
import { rendered } from './support/iam-statements';
import { testStack } from './support/stack';

type Props = Omit<CollectorDistributionProps, 'lakehouse'>;

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/1';
const WEB_ACL = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/main/a1b2c3';

/** A distribution in a stack of its own. */
function build(collector: CollectorOptions = {}, props: Props | ((stack: Stack) => Props) = {}) {
  const stack = testStack();
  const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', {
    network: LakehouseNetwork.none(),
    collector: { cloudFront: CloudFrontUse.REQUIRED, ...collector },
  });
  const front = new Stack(stack.node.root as App, 'Front');
  const distribution = new CollectorDistribution(front, 'Distribution', {
    lakehouse, ...typeof props === 'function' ? props(front) : props,
  });
  const template = Template.fromStack(front);
  const [found] = Object.values(template.findResources('AWS::CloudFront::Distribution'));
  const config = found.Properties.DistributionConfig;
  const [visitor] = Object.values(template.findResources('AWS::CloudFront::Function'));
  return {
    stack,
    front,
    lakehouse,
    distribution,
    template,
    config,
    origin: config.Origins[0],
    visitor: visitor.Properties,
    ofLakehouse: Template.fromStack(stack),
    annotations: Annotations.fromStack(front),
  };
}

const certificate = (stack: Stack, arn = CERTIFICATE) => acm.Certificate.fromCertificateArn(stack, 'Certificate', arn);
const domain = (stack: Stack): Props => ({
  domainNames: ['collect.shop.example', 'c.shop.example'], certificate: certificate(stack),
});

describe('every request reaches the collector as it was sent:', () => {
  const { config, origin } = build();
  const { DefaultCacheBehavior: behaviour } = config;

  test('nothing is cached, merged or compressed', () => {
    expect(behaviour).toMatchObject({
      CachePolicyId: cloudfront.CachePolicy.CACHING_DISABLED.cachePolicyId, Compress: false,
    });
    expect(config).not.toHaveProperty('CacheBehaviors');
  });

  test('no error is kept, which CloudFront would answer to every pixel of the path', () => {
    const kept = config.CustomErrorResponses.filter((error: object) =>
      JSON.stringify(Object.keys(error)) !== '["ErrorCachingMinTTL","ErrorCode"]'
      || (error as { ErrorCachingMinTTL: number }).ErrorCachingMinTTL !== 0);
    expect(kept).toEqual([]);
    expect(config.CustomErrorResponses.map(({ ErrorCode }: { ErrorCode: number }) => ErrorCode))
      .toEqual([400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]);
  });

  test('all methods, cookies, queries and headers but Host', () => {
    expect(behaviour.AllowedMethods.sort()).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
    expect(behaviour.OriginRequestPolicyId)
      .toBe(cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.originRequestPolicyId);
  });

  test('HTTPS without a redirect, which would lose the body of a POST, and TLS 1.2 to the edge', () => {
    expect(behaviour.ViewerProtocolPolicy).toBe('https-only');
    expect(origin.CustomOriginConfig).toEqual({
      OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'],
    });
  });

  test('over IPv6, too', () => expect(config.IPV6Enabled).toBe(true));

  test('and no log of CloudFront has its address, query or user agent', () =>
    expect(config).not.toHaveProperty('Logging'));
});

describe('the origin is the own host of', () => {
  const { REST_API, HTTP_API, FUNCTION_URL } = CollectorEdge;
  test.each([
    [REST_API, /ExportsOutputRefLakehouseCollectorApi\w+\)\.execute-api\.\$\{Region\}\.\$\{URLSuffix\}$/, '/v1'],
    [HTTP_API, /ExportsOutputRefLakehouseCollectorHttpApi\w+\)\.execute-api\.\$\{Region\}\./, undefined],
  ])('%s', (edge, host, path) => {
    const { origin } = build({ edge });
    expect(rendered(origin.DomainName)).toMatch(host);
    expect(origin.OriginPath).toBe(path);
  });

  test(FUNCTION_URL, () => {
    const { origin } = build({ edge: FUNCTION_URL });
    expect(JSON.stringify(origin.DomainName)).toMatch(/^\{"Fn::Select":\[2,\{"Fn::Split":\["\/",\{"Fn::ImportValue":/);
    expect(origin).not.toHaveProperty('OriginPath');
  });

  test('an API with a custom domain, which may lead to CloudFront by now', () => {
    const stack = new Stack();
    const customDomain = { domainName: 'collect.shop.example', certificate: certificate(stack) };
    const { origin, lakehouse } = build({ customDomain });
    expect(rendered(origin.DomainName)).toContain('.execute-api.');
    expect(lakehouse.hostUrl).toBe('https://collect.shop.example');
  });
});

describe('the collector knows its requests', () => {
  const { origin, visitor, ofLakehouse, template, lakehouse } = build();
  const [header] = origin.OriginCustomHeaders;
  const secretOf = (value: unknown) => JSON.stringify(value).replace(/\{"(?:Ref|Fn::ImportValue)":"[^"]*"\}/, 'ARN');

  test('by one secret, which CloudFormation makes and no template has', () => {
    const [[id, secret]] = Object.entries(ofLakehouse.findResources('AWS::SecretsManager::Secret'));
    expect(secret).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { GenerateSecretString: { PasswordLength: 48, ExcludePunctuation: true } },
    });
    const variables = Object.values(ofLakehouse.findResources('AWS::Lambda::Function'))
      .map(({ Properties }) => Properties.Environment?.Variables).find(found => found?.CLOUD_FRONT_SECRET);
    const reference = '{"Fn::Join":["",["{{resolve:secretsmanager:",ARN,":SecretString:::}}"]]}';
    expect(secretOf(header.HeaderValue)).toBe(reference);
    expect(secretOf(variables.CLOUD_FRONT_SECRET)).toBe(reference);
    expect(JSON.stringify(variables.CLOUD_FRONT_SECRET)).toContain(id);
    expect(JSON.stringify(header.HeaderValue)).toContain(id);
    expect(variables.CLOUD_FRONT_USE).toBe('required');
    expect(lakehouse.cloudFrontSecret).toBeDefined();
    expect(header.HeaderName).toBe('x-clickstream-secret');
  });

  test.each(['198.51.100.23', '2001:db8:1234:5678::1'])('and what the function says of the visitor %s', ip => {
    expect(visitor).toMatchObject({ AutoPublish: true, FunctionConfig: { Runtime: 'cloudfront-js-2.0' } });
    const associations = Object.values(template.findResources('AWS::CloudFront::Distribution'))[0]
      .Properties.DistributionConfig.DefaultCacheBehavior.FunctionAssociations;
    expect(associations).toEqual([{ EventType: 'viewer-request', FunctionARN: expect.anything() }]);
    const sent: [string, string][] = [
      ['User-Agent', 'curl/8'], ['Authorization', 'Basic a2V5Og=='],
      ['X-Clickstream-Address', '203.0.113.1'], ['x-clickstream-address', '203.0.113.2'],
      ['X-Clickstream-Host', 'evil.example'], ['X-Clickstream-Secret', 'guess'],
    ];
    const uri = '/v1/track';
    const request = viewerRequest(visitor.FunctionCode, {
      ip, host: 'collect.shop.example', method: 'POST', uri, headers: sent,
    });
    expect(request).toMatchObject({ method: 'POST', uri });
    expect(originHeaders(request, { [header.HeaderName]: 'the secret' }).sort()).toEqual([
      ['authorization', 'Basic a2V5Og=='],
      ['user-agent', 'curl/8'],
      ['x-clickstream-address', ip],
      ['x-clickstream-host', 'collect.shop.example'],
      ['x-clickstream-secret', 'the secret'],
    ]);
  });

  test('another use of CloudFront changes the distribution, so that a new text of the secret is looked up', () => {
    const comments = Object.values(CloudFrontUse).map(cloudFront => build({ cloudFront }).config.Comment);
    expect(new Set(comments).size).toBe(2);
  });
});

describe('trackers send to', () => {
  test("CloudFront's own domain, without a path", () => {
    const { distribution, front } = build();
    expect(rendered(front.resolve(distribution.url))).toMatch(/^https:\/\/\$\{.*\.DomainName\}$/);
  });

  test('the first domain of their own', () => {
    const { distribution, config } = build({ edge: CollectorEdge.FUNCTION_URL }, domain);
    expect(distribution.url).toBe('https://collect.shop.example');
    expect(config).toMatchObject({
      Aliases: ['collect.shop.example', 'c.shop.example'],
      ViewerCertificate: {
        AcmCertificateArn: CERTIFICATE, MinimumProtocolVersion: 'TLSv1.2_2021', SslSupportMethod: 'sni-only',
      },
    });
  });
});

test('a web ACL protects it', () => {
  expect(build({ edge: CollectorEdge.HTTP_API }, { webAclArn: WEB_ACL }).config.WebACLId).toBe(WEB_ACL);
  expect(build().config).not.toHaveProperty('WebACLId');
});

test('the price class can be chosen', () => {
  const priceClass = cloudfront.PriceClass.PRICE_CLASS_100;
  expect([{}, { priceClass }].map(props => build({}, props).config.PriceClass))
    .toEqual(['PriceClass_All', 'PriceClass_100']);
});

describe('the first-party cookie', () => {
  test('must be for the domain of the distribution', () => {
    const firstPartyCookie = FirstPartyCookie.domain('shop.example');
    expect(() => build({ firstPartyCookie }, domain)).not.toThrow();
    expect(() => build({ firstPartyCookie: FirstPartyCookie.host() }, domain)).not.toThrow();
    expect(() => build({ firstPartyCookie: FirstPartyCookie.domain('op.example') }, domain)).toThrow(
      "domainNames must be below 'op.example' of collector.firstPartyCookie, got 'collect.shop.example'");
  });

  test("is a third party's without one, which the distribution says instead of the collector", () => {
    const { annotations, stack } = build({ firstPartyCookie: FirstPartyCookie.host() });
    const thirdParty = Match.stringLikeRegexp("third party's");
    annotations.hasWarning('/Front/Distribution', thirdParty);
    Annotations.fromStack(stack).hasNoWarning('/Test/Lakehouse/Collector', thirdParty);
    build({ firstPartyCookie: FirstPartyCookie.host() }, domain)
      .annotations.hasNoWarning('/Front/Distribution', thirdParty);
  });
});

test('a lakehouse without the option is refused, because it would store the addresses of CloudFront', () => {
  expect(() => build({ cloudFront: undefined })).toThrow(
    'CollectorDistribution needs a lakehouse with collector.cloudFront, got one without: set it to '
    + 'CloudFrontUse.OPTIONAL');
});

test.each<[string, (stack: Stack) => Props, string]>([
  ['a certificate without a domain', stack => ({ certificate: certificate(stack) }),
    'certificate needs domainNames, got none: set both, or neither'],
  ['a domain without a certificate', () => ({ domainNames: ['collect.shop.example'] }),
    'domainNames needs certificate, got none: set both, or neither'],
  ['no domain', stack => ({ ...domain(stack), domainNames: [] }),
    "domainNames is empty: leave it out for CloudFront's own domain"],
  ['a URL', stack => ({ ...domain(stack), domainNames: ['https://shop.example'] }),
    "domainNames must be names in lower case like collect.shop.example, got 'https://shop.example'"],
  ['a certificate of another region', stack => ({
    ...domain(stack), certificate: certificate(new Stack(), CERTIFICATE.replace('us-east-1', 'eu-west-1')),
  }), 'certificate must be in us-east-1 for CloudFront, got one in eu-west-1'],
  ['a web ACL for a region', () => ({ webAclArn: WEB_ACL.replace('global', 'regional') }),
    'webAclArn must be of scope CLOUDFRONT, got one for a region: '
    + "'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/main/a1b2c3'"],
  ['a web ACL of another region', () => ({ webAclArn: WEB_ACL.replace('us-east-1', 'eu-west-1') }),
    'webAclArn must be in us-east-1 for CloudFront, got one in eu-west-1'],
  ['the id of a web ACL', () => ({ webAclArn: 'a1b2c3' }),
    "webAclArn must be the ARN of a WAFv2 web ACL, got 'a1b2c3'"],
])('refuses %s', (_, props, message) => expect(() => build({}, props)).toThrow(message));

test('certificate and web ACL may be known only at deployment', () => {
  const known = (name: string) => Token.asString({ Ref: name });
  expect(() => build({}, () => ({
    domainNames: ['collect.shop.example'],
    certificate: certificate(new Stack(), known('Certificate')),
    webAclArn: known('WebAcl'),
  }))).not.toThrow();
});

test('without the option the lakehouse has neither the secret nor a word of it', () => {
  const stack = testStack();
  const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', { network: LakehouseNetwork.none() });
  expect(lakehouse.cloudFrontSecret).toBeUndefined();
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toMatch(/CLOUD_?FRONT/i);
});
