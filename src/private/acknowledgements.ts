/** A finding of a rule that a resource of this package does not follow, and why. */
export interface Acknowledgement {
  /** Ids of cdk-nag's rules. */
  readonly rules: readonly string[];
  /** Type of the resource. */
  readonly type: string;
  /** Path of the resource below its construct; any when left out. */
  readonly path?: RegExp;
  /** The resource in the words of docs/security.md. */
  readonly resource: string;
  readonly reason: string;
}

/** A statement of an IAM policy that has a `*`, and why. */
export interface Wildcard {
  /** Name of the statement. Statements of CDK have none. */
  readonly sid?: string;
  /** Path of the role or policy below its construct; any when left out. */
  readonly path?: RegExp;
  readonly resource: string;
  readonly reason: string;
}

const FUNCTION = 'AWS::Lambda::Function';
const POLLED = /^(Teardown|Emptying)\//;
const CDK_FUNCTION = /^Resource$/; // the deployment of the website's files, a function that CDK adds to the stack
const CUSTOM_RESOURCES = new RegExp(`${POLLED.source}|${CDK_FUNCTION.source}`);
const API_STAGE = { type: 'AWS::ApiGateway::Stage', resource: 'stage of the API' };
const OPEN = 'Trackers in browsers cannot sign requests or log in. The collector checks write keys and origins itself.';
const PERSONAL = 'would record the addresses, user agents and URLs of visitors, which no log of this package holds';

/** Rules of the AWS Solutions and Serverless packs. */
const GENERAL: readonly Acknowledgement[] = [{
  rules: ['AwsSolutions-VPC7'],
  type: 'AWS::EC2::VPC',
  resource: 'VPC of the job',
  reason: 'Flow logs are paid by the gigabyte, and nothing but the job and its endpoints is in this VPC, which has no '
    + 'way to the internet. Compliance.STRICT adds them.',
}, {
  rules: ['AwsSolutions-VPC3'],
  type: 'AWS::EC2::NetworkAcl',
  resource: 'network ACL of the job',
  reason: 'A second barrier behind the security groups, with one rule each way. network.networkAcl switches it off.',
}, {
  rules: ['AwsSolutions-VPC3'],
  type: 'AWS::EC2::NetworkAclEntry',
  resource: 'entries of the network ACL',
  reason: 'HTTPS out and its replies in, and nothing else.',
}, {
  rules: ['AwsSolutions-L1', 'Serverless-LambdaLatestVersion'],
  type: FUNCTION,
  path: /^(Collector|Keeper|Teardown|Emptying)\//,
  resource: 'functions of the lakehouse',
  reason: 'The bundles run on the runtime they are tested with. It was the newest when this version was released.',
}, {
  rules: ['AwsSolutions-L1', 'Serverless-LambdaLatestVersion'],
  type: FUNCTION,
  path: CDK_FUNCTION,
  resource: "CDK's function that deploys the demo website",
  reason: 'CDK chooses the runtime of its functions.',
}, {
  rules: ['Serverless-LambdaTracing'],
  type: FUNCTION,
  resource: 'all functions',
  reason: 'Traces are paid by the request. monitoring.tracing switches them on for the collector and the keeper.',
}, {
  rules: ['Serverless-LambdaDLQ', 'NIST.800.53.R5-LambdaDLQ'],
  type: FUNCTION,
  path: /^Collector\//,
  resource: 'collector function',
  reason: 'The edge waits for the response, so nothing can be left for a dead-letter queue: the tracker gets a 503 '
    + 'and sends again.',
}, {
  rules: ['Serverless-LambdaDLQ', 'NIST.800.53.R5-LambdaDLQ'],
  type: FUNCTION,
  path: /^Keeper\//,
  resource: 'keeper function',
  reason: 'It looks at the state of the job and not at the event, and is called again within a minute.',
}, {
  rules: ['Serverless-LambdaDLQ', 'NIST.800.53.R5-LambdaDLQ'],
  type: FUNCTION,
  path: CUSTOM_RESOURCES,
  resource: 'functions of the custom resources',
  reason: 'CloudFormation or the state machine waits for the response, and a failure fails the deployment.',
}, {
  rules: ['Serverless-LambdaDefaultMemorySize'],
  type: FUNCTION,
  path: CUSTOM_RESOURCES,
  resource: "CDK's functions of the custom resources",
  reason: 'CDK sets their memory: the default, which is enough for passing events on.',
}, {
  rules: ['Serverless-EventBusDLQ'],
  type: 'AWS::Events::Rule',
  path: /^Keeper\//,
  resource: 'rules that call the keeper',
  reason: 'A lost event is made up for by the next check, a minute later.',
}, {
  rules: ['AwsSolutions-SF1'],
  type: 'AWS::StepFunctions::StateMachine',
  path: POLLED,
  resource: 'state machines of the custom resources',
  reason: 'Their events hold the pre-signed URL for the response to CloudFormation, which must not be in a log.',
}, {
  rules: ['AwsSolutions-SF2', 'Serverless-StepFunctionStateMachineXray'],
  type: 'AWS::StepFunctions::StateMachine',
  path: POLLED,
  resource: 'state machines of the custom resources',
  reason: 'They run while the stack is changed and have one step. The logs of the functions tell all of it.',
}, {
  rules: ['AwsSolutions-APIG2'],
  type: 'AWS::ApiGateway::RestApi',
  resource: 'API',
  reason: 'The collector validates every event and keeps a bad one with its reason. API Gateway would refuse the whole '
    + 'request, and the events would be lost.',
}, {
  ...API_STAGE,
  rules: ['AwsSolutions-APIG3'],
  reason: 'A web ACL is a choice, collector.webAcl, as it is paid by the request and blocks senders who share an '
    + 'address. The stage has a throttle. Compliance.STRICT asks for one.',
}, {
  ...API_STAGE,
  rules: ['AwsSolutions-APIG6', 'NIST.800.53.R5-APIGWExecutionLoggingEnabled'],
  reason: `Execution logs ${PERSONAL}. The access log has status, error and latency of each request.`,
}, {
  ...API_STAGE,
  rules: ['Serverless-APIGWXrayEnabled'],
  reason: `Traces ${PERSONAL}.`,
}, {
  rules: ['AwsSolutions-APIG4', 'AwsSolutions-COG4'],
  type: 'AWS::ApiGateway::Method',
  resource: 'methods of the API',
  reason: OPEN,
}, {
  rules: ['AwsSolutions-APIG4'],
  type: 'AWS::ApiGatewayV2::Route',
  resource: 'routes of the HTTP API',
  reason: OPEN,
}, {
  rules: ['AwsSolutions-KDS3'],
  type: 'AWS::Kinesis::Stream',
  resource: 'stream',
  reason: 'encryptionKey asks for a key of yours, so that you decide who may use it.',
}, {
  rules: ['AwsSolutions-GL1'],
  type: 'AWS::Glue::Job',
  resource: 'job',
  reason: 'With a security configuration Glue names the log group itself. The job has log groups of its own, encrypted '
    + "with encryptionKey or CloudWatch's key.",
}, {
  rules: ['AwsSolutions-GL3'],
  type: 'AWS::Glue::Job',
  resource: 'job',
  reason: 'Job bookmarks are off. The job keeps its position in its own bucket, which is encrypted.',
}];

/** Rules of the NIST 800-53 r5 pack, besides those above. What STRICT can do about a rule is not acknowledged. */
const NIST: readonly Acknowledgement[] = [{
  rules: ['NIST.800.53.R5-VPCDefaultSecurityGroupClosed'],
  type: 'AWS::EC2::VPC',
  resource: 'VPC of the job',
  reason: 'Nothing uses the default group. Closing it takes a function that may change security groups.',
}, {
  rules: ['NIST.800.53.R5-S3BucketVersioningEnabled'],
  type: 'AWS::S3::Bucket',
  resource: 'buckets',
  reason: "Delta's log is the history of the tables, and object versions would keep bytes that were erased.",
}, {
  rules: ['NIST.800.53.R5-S3BucketReplicationEnabled'],
  type: 'AWS::S3::Bucket',
  resource: 'buckets',
  reason: 'A replica would keep rows that were erased, and S3 keeps each object in three zones. Back up as your '
    + 'rules of erasure allow.',
}, {
  rules: ['NIST.800.53.R5-S3DefaultEncryptionKMS'],
  type: 'AWS::S3::Bucket',
  path: /^Storage\/AccessLogsBucket\//,
  resource: 'bucket of the access logs',
  reason: "S3 delivers access logs only to buckets with its own key. They hold requests, but no object's content.",
}, {
  rules: ['NIST.800.53.R5-IAMNoInlinePolicy'],
  type: 'AWS::IAM::Policy',
  resource: 'policies',
  reason: 'Each belongs to one role and goes with it. A managed policy could be attached to others.',
}, {
  rules: ['NIST.800.53.R5-IAMNoInlinePolicy'],
  type: 'AWS::IAM::Role',
  path: /^Collector\/AccessLogRole\//,
  resource: "API Gateway's role for logs",
  reason: 'The policy belongs to this role, which stays when the stack is deleted, and so it has to stay with it.',
}, {
  rules: ['NIST.800.53.R5-LambdaConcurrency'],
  type: FUNCTION,
  resource: 'all functions',
  reason: 'Reserved concurrency is taken from the account, and new accounts have too little to reserve any. '
    + 'collector.reservedConcurrency sets it for the collector, and the throttle of the stage limits it.',
}, {
  rules: ['NIST.800.53.R5-LambdaInsideVPC'],
  type: FUNCTION,
  resource: 'all functions',
  reason: 'They call AWS and nothing in a VPC. Those of the custom resources must work while the VPC is deleted.',
}, {
  ...API_STAGE,
  rules: ['NIST.800.53.R5-APIGWCacheEnabledAndEncrypted'],
  reason: 'There is nothing to cache: each request stores events.',
}, {
  ...API_STAGE,
  rules: ['NIST.800.53.R5-APIGWSSLEnabled'],
  reason: 'A client certificate is for HTTP backends. The backend is a function that only this API may call.',
}, {
  rules: ['NIST.800.53.R5-WAFv2LoggingEnabled'],
  type: 'AWS::WAFv2::WebACL',
  resource: 'web ACL of CollectorWebAcl.rateLimited()',
  reason: `Its log ${PERSONAL}. CollectorWebAcl.fromWebAclArn() takes an ACL of yours with a log.`,
}];

const DISTRIBUTION = { type: 'AWS::CloudFront::Distribution', path: /^Front\//, resource: 'CollectorDistribution' };

/** Rules of all packs for CollectorDistribution and the secret that it shares with the collector. */
const CLOUD_FRONT: readonly Acknowledgement[] = [{
  rules: ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
  type: 'AWS::SecretsManager::Secret',
  path: /^Collector\//,
  resource: 'secret of CloudFront and the collector',
  reason: 'Both get it when they are deployed, so that a rotation between two deployments would lock CloudFront out.',
}, {
  ...DISTRIBUTION,
  rules: ['AwsSolutions-CFR1'],
  reason: 'Visitors come from every country, and events of those who are shut out would be lost.',
}, {
  ...DISTRIBUTION,
  rules: ['AwsSolutions-CFR2'],
  reason: 'A web ACL is a choice, webAclArn, as it is paid by the request and blocks senders who share an address.',
}, {
  ...DISTRIBUTION,
  rules: ['AwsSolutions-CFR3'],
  reason: `Its log ${PERSONAL}.`,
}, {
  ...DISTRIBUTION,
  rules: ['AwsSolutions-CFR4'],
  resource: 'CollectorDistribution without domainNames',
  reason: "It then has CloudFront's own domain and certificate, whose TLS versions cannot be chosen.",
}];

const WEBSITE_DISTRIBUTION = {
  type: 'AWS::CloudFront::Distribution', path: /^Distribution\//, resource: 'demo website',
};
const DEMO = 'It is a demo shop without data, to be deleted after use';

/** Rules of all packs for DemoWebsite. */
const WEBSITE: readonly Acknowledgement[] = [{
  ...WEBSITE_DISTRIBUTION,
  rules: ['AwsSolutions-CFR1', 'AwsSolutions-CFR2', 'AwsSolutions-CFR3'],
  reason: `${DEMO}: no web ACL, no access log, open to every country.`,
}, {
  ...WEBSITE_DISTRIBUTION,
  rules: ['AwsSolutions-CFR4'],
  reason: "It has CloudFront's own domain and certificate, whose TLS versions cannot be chosen.",
}, {
  rules: ['AwsSolutions-S1'],
  type: 'AWS::S3::Bucket',
  path: /^Bucket\//,
  resource: 'bucket of the demo website',
  reason: `${DEMO}, and only CloudFront can read it.`,
}];

export const ACKNOWLEDGEMENTS: readonly Acknowledgement[] = [...GENERAL, ...NIST, ...CLOUD_FRONT, ...WEBSITE];

const NO_RESOURCES = 'These actions have no resource-level support. They are limited to the region.';
const OWN_FOLDERS = 'All objects of the folders (or buckets) that the pipeline owns: their names are made at run time.';
const GLUE_INTERFACES = 'Glue makes the network interfaces, so that their ids are not known.';

/** Statements with a `*`: AwsSolutions-IAM5. One that is not here is a finding. */
export const WILDCARDS: readonly Wildcard[] = [
  { sid: 'UseObjects', resource: 'job role', reason: OWN_FOLDERS },
  {
    sid: 'ReadAssets',
    resource: 'job role',
    reason: "Objects of CDK's asset bucket: while new code is deployed, a run of the old job still reads the old keys.",
  },
  { sid: 'DescribeNetwork', resource: 'job role', reason: NO_RESOURCES },
  { sid: 'CreateInterfaces', resource: 'job role', reason: `${GLUE_INTERFACES} Subnet and security group are named.` },
  { sid: 'DeleteInterfaces', resource: 'job role, EniSweep', reason: `${GLUE_INTERFACES} They must be in the VPC.` },
  { sid: 'TagInterfaces', resource: 'job role', reason: `${GLUE_INTERFACES} The only tag key allowed is Glue's own.` },
  {
    sid: 'WriteMetrics',
    resource: 'job role',
    reason: 'Metrics are no resources that a policy could name. It is limited to the namespace.',
  },
  { sid: 'ReadMetrics', resource: 'keeper, Drain', reason: NO_RESOURCES },
  { sid: 'WriteTraces', resource: 'collector, keeper', reason: NO_RESOURCES },
  { sid: 'FindInterfaces', resource: 'EniSweep', reason: NO_RESOURCES },
  { sid: 'DeleteObjects', resource: 'Emptying', reason: 'Empties the buckets that are deleted with the stack.' },
  {
    sid: 'WriteAccessLogs',
    resource: "API Gateway's role for logs",
    reason: 'API Gateway has one such role in the account and region, for the logs of every API.',
  },
  {
    path: /\/(FrameworkOnEventRole|FrameworkCompleteRole|waiter-state-machine\/Role)\//,
    resource: 'framework of the custom resources',
    reason: "CDK's framework calls any version of the two functions that it is given, and no other function.",
  },
  {
    path: /^DeploymentRole\//,
    resource: 'deployment of the demo website',
    reason: "CDK's deployment of files reads the asset bucket, writes the website's bucket and invalidates the cache.",
  },
];
