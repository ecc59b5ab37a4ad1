import {
  aws_certificatemanager as acm, aws_lambda as lambda, aws_route53 as route53, aws_s3 as s3,
  aws_secretsmanager as secretsmanager, Stack,
} from 'aws-cdk-lib';
import {
  ClickstreamLakehouseProps, CloudFrontUse, CollectorEdge, CollectorWebAcl, CustomDomainOptions, FirstPartyCookie,
} from '../../../src';
import { NO_VPC, Row } from '../row';

function domain(
  stack: Stack, options: Partial<CustomDomainOptions> = {}, certificateId = '1',
): ClickstreamLakehouseProps {
  const arn = `arn:aws:acm:eu-west-1:123456789012:certificate/${certificateId}`;
  const id = `Certificate${stack.node.children.length}`; // the properties before a change and after it are of one stack
  const certificate = acm.Certificate.fromCertificateArn(stack, id, arn);
  return { ...NO_VPC, collector: { customDomain: { domainName: 'collect.shop.example', certificate, ...options } } };
}

function hostedZone(stack: Stack): route53.IHostedZone {
  return route53.HostedZone.fromHostedZoneId(stack, 'Zone', 'Z1');
}

function webKeys(keys: string[], appId?: string): ClickstreamLakehouseProps {
  return { ...NO_VPC, collector: { writeKeys: { web: { keys, appId } } } };
}

function hook(stack: Stack, file = 'old.zip'): lambda.Code {
  return lambda.Code.fromBucket(s3.Bucket.fromBucketName(stack, file + stack.node.children.length, 'code'), file);
}

const oldKey = webKeys(['a1']);
const withDomain = (stack: Stack) => domain(stack);
const withHook = (stack: Stack) => ({ ...NO_VPC, collector: { preprocess: hook(stack) } });

const CUSTOM_DOMAIN_ROWS: Row[] = [{
  option: 'collector.customDomain.domainName',
  change: 'set',
  after: stack => domain(stack),
  effects: { adds: ['domain', 'domain mapping'] },
  note: "The API's own URL keeps working.",
}, {
  option: 'collector.customDomain.domainName',
  change: 'another name',
  before: withDomain,
  after: stack => domain(stack, { domainName: 'events.shop.example' }),
  effects: { replaces: ['domain', 'domain mapping'] },
  note: 'Trackers that still use the old name lose their events.',
}, {
  option: 'collector.customDomain.certificate',
  change: 'another certificate',
  before: withDomain,
  after: stack => domain(stack, {}, '2'),
  effects: { updates: ['domain'] },
}, {
  option: 'collector.customDomain.basePath',
  change: 'set',
  before: withDomain,
  after: stack => domain(stack, { basePath: 'collect' }),
  effects: { adds: ['domain mapping'], removes: ['domain mapping'] },
  note: "URLs at the domain change. The API's own URL does not.",
}, {
  option: 'collector.customDomain.hostedZone',
  change: 'set',
  before: withDomain,
  after: stack => domain(stack, { hostedZone: hostedZone(stack) }),
  effects: {},
}];

const EDGE_ROWS: Row[] = [{
  option: 'collector.edge',
  change: '`REST_API` → `HTTP_API`',
  after: { collector: { edge: CollectorEdge.HTTP_API } },
  effects: { adds: ['API', 'stage'], removes: ['API', 'stage'] },
  note: 'See [Changing the edge](#changing-the-edge).',
}, {
  option: 'collector.edge',
  change: '`REST_API` → `FUNCTION_URL`',
  after: { collector: { edge: CollectorEdge.FUNCTION_URL } },
  effects: { adds: ['function URL'], removes: ['API', 'log groups', 'stage'] },
  note: 'See [Changing the edge](#changing-the-edge).',
}];

const CLOUD_FRONT_NOTE = 'See [Putting CloudFront in front](#putting-cloudfront-in-front).';

const CLOUD_FRONT_ROWS: Row[] = [{
  option: 'collector.cloudFront',
  change: '`OPTIONAL`',
  after: { collector: { cloudFront: CloudFrontUse.OPTIONAL } },
  effects: { adds: ["CloudFront's secret"] },
  note: CLOUD_FRONT_NOTE,
}, {
  option: 'collector.cloudFront',
  change: '`OPTIONAL` → `REQUIRED`',
  before: { ...NO_VPC, collector: { cloudFront: CloudFrontUse.OPTIONAL } },
  after: { collector: { cloudFront: CloudFrontUse.REQUIRED } },
  effects: {},
  note: `Trackers that still send directly lose their events. ${CLOUD_FRONT_NOTE}`,
}];

/** The HTTP endpoint. Only another edge replaces the API or its stage, so its own URL does not change otherwise. */
export const COLLECTOR_ROWS: Row[] = [...EDGE_ROWS, {
  option: 'collector.allowedOrigins',
  change: 'set',
  after: { collector: { allowedOrigins: ['https://shop.example'] } },
  effects: { updates: ['stage'] },
}, {
  option: 'collector.writeKeys.keys',
  change: 'another key',
  before: oldKey,
  after: webKeys(['a1', 'b2']),
  effects: {},
  note: 'Keep the old key until every tracker has the new one.',
}, {
  option: 'collector.writeKeys.appId',
  change: 'set',
  before: oldKey,
  after: webKeys(['a1'], 'shop'),
  effects: {},
  note: 'Applies to new events.',
}, {
  option: 'collector.writeKeys.rateLimit',
  change: 'set',
  before: oldKey,
  after: { collector: { writeKeys: { web: { keys: ['a1'], rateLimit: 100 } } } },
  effects: {},
}, {
  option: 'collector.writeKeysSecret',
  change: 'instead of `writeKeys`',
  before: oldKey,
  after: stack => ({
    collector: { writeKeysSecret: secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'write-keys') },
  }),
  effects: {},
}, {
  option: 'collector.preprocess',
  change: 'other code',
  before: withHook,
  after: stack => ({ collector: { preprocess: hook(stack, 'new.zip') } }),
  effects: { replaces: ['hook layer'] },
}, {
  option: 'collector.preprocessHeaders',
  change: 'set',
  before: withHook,
  after: stack => ({ collector: { preprocess: hook(stack), preprocessHeaders: ['x-shop'] } }),
  effects: {},
}, {
  option: 'collector.pathAliases',
  change: 'set',
  after: { collector: { pathAliases: { 'shop/track': 'v1/track' } } },
  effects: {},
}, {
  option: 'collector.firstPartyCookie',
  change: 'set',
  after: { collector: { firstPartyCookie: FirstPartyCookie.host() } },
  effects: {},
}, ...CUSTOM_DOMAIN_ROWS, ...CLOUD_FRONT_ROWS, {
  option: 'collector.webAcl',
  change: 'set',
  after: { collector: { webAcl: CollectorWebAcl.rateLimited(1000) } },
  effects: {},
}, {
  option: 'collector.throttle.rateLimit',
  change: 'another limit',
  after: { collector: { throttle: { rateLimit: 2000, burstLimit: 2000 } } },
  effects: { updates: ['stage'] },
}, {
  option: 'collector.throttle.burstLimit',
  change: 'another limit',
  after: { collector: { throttle: { rateLimit: 1000, burstLimit: 4000 } } },
  effects: { updates: ['stage'] },
}, {
  option: 'collector.memorySize',
  change: 'another size',
  after: { collector: { memorySize: 1024 } },
  effects: {},
}, {
  option: 'collector.reservedConcurrency',
  change: 'set',
  after: { collector: { reservedConcurrency: 50 } },
  effects: {},
}, {
  option: 'collector.accessLogs',
  change: '`false`',
  after: { collector: { accessLogs: false } },
  effects: { updates: ['stage'], removes: ['log groups'] },
  note: "The access log is deleted. The account's CloudWatch role stays.",
}];
