import { CostLine, MILLION, Part, service } from './cost-line';
import { Facts } from './facts';
import { GB, HOURS_PER_MONTH, SECONDS_PER_MONTH, Workload } from './workload';

/**
 * Memory with which a function has one whole vCPU.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const MB_PER_CPU = 1769;

/** Processor time of a request and of each of its events: `npm run bench -- collector`. */
const REQUEST_CPU_SECONDS = 0.000_4;
const EVENT_CPU_SECONDS = 0.000_035;

/** Assumed time that the function waits for Kinesis. */
const STORE_SECONDS = 0.015;

/** CloudWatch counts so many bytes more for each log line. */
const LINE_BYTES = 26;
/** The collector's line of metrics for each request. */
export const METRICS_LINE_BYTES = 630;
/** That line, and Lambda's START, END and REPORT. */
const FUNCTION_LOG_BYTES = METRICS_LINE_BYTES + 350 + 4 * LINE_BYTES;
/** A line of the access log: `ACCESS_LOG_FORMAT` in src/collector/access-log.ts. */
export const ACCESS_LINE_BYTES = 175;
const ACCESS_LOG_BYTES = ACCESS_LINE_BYTES + LINE_BYTES;

/** An HTTP API bills a request by pieces of this size: https://aws.amazon.com/api-gateway/pricing/ */
const HTTP_API_UNIT_BYTES = 512 * 1024;

/** Headers and body of a response, as the API sends it. */
const RESPONSE_BYTES = 650;

/**
 * X-Ray's own sample: the first request of a second, and this part of the others.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
const TRACED = 0.05;

/** CloudWatch keeps logs compressed, in its own example to 15 %: https://aws.amazon.com/cloudwatch/pricing/ */
const COMPRESSED = 0.15;

/** The collector's own metrics, each of which is billed for the hours in which it has data. */
export const COLLECTOR_METRICS = [
  'Requests', 'AcceptedEvents', 'BadEvents', 'ReceivedBytes', 'StoreRetries', 'StoreFailures', 'Latency',
];

const apiGateway = service('API Gateway');
const cloudFront = service('CloudFront');
const waf = service('WAF');
const lambda = service('Lambda');
const cloudWatch = service('CloudWatch');
const transfer = service('Data transfer');
const xRay = service('X-Ray');

/** From the request to the stream. */
export function collectorPart(facts: Facts, workload: Workload): Part {
  const { requests, requestsPerSecond } = workload;
  const { rateLimit, limitedBy } = facts.collector;
  return {
    lines: [
      ...cloudFrontLines(facts, workload),
      ...edgeLines(facts, workload),
      ...webAclLines(facts, workload),
      lambda.variable('requests to the collector', 'lambdaRequests', requests / MILLION),
      lambda.variable('time of the collector', 'lambdaArmCompute', computeGbSeconds(facts, workload) / MILLION),
      ...logLines(facts, workload),
      xRay.variable('traces of the collector', 'traces', tracesOf(facts, workload) / MILLION),
      cloudWatch.variable("the collector's metrics", 'customMetrics',
        COLLECTOR_METRICS.length * Math.min(1, requests / HOURS_PER_MONTH)),
      cloudWatch.variable('metrics of single sources', 'customMetrics',
        facts.sourceMetrics * Math.min(1, requests / HOURS_PER_MONTH)),
      ...responseLines(facts, workload),
    ],
    shortfalls: requestsPerSecond <= rateLimit ? [] : [
      `the API lets ${rateLimit} requests per second through and gets ${round(requestsPerSecond)}: raise ${limitedBy}`,
    ],
  };
}

/** As if every request came through the distribution, and none from outside the region of the prices. */
function cloudFrontLines({ collector: { hasCloudFront } }: Facts, { requests, recordBytes }: Workload): CostLine[] {
  if (!hasCloudFront) return [];
  return [
    cloudFront.variable('requests through CloudFront', 'cloudFrontRequests', requests / MILLION),
    cloudFront.variable('calls of its function', 'cloudFrontFunctionCalls', requests / MILLION),
    cloudFront.variable('requests to the edge', 'cloudFrontBytesToOrigin', requests * recordBytes / GB),
  ];
}

/** AWS's own services send to CloudFront for nothing: https://aws.amazon.com/cloudfront/pricing/ */
function responseLines({ collector: { hasCloudFront } }: Facts, { requests }: Workload): CostLine[] {
  const gigabytes = requests * RESPONSE_BYTES / GB;
  return hasCloudFront
    ? [cloudFront.variable('responses of the collector', 'cloudFrontBytesOut', gigabytes)]
    : [transfer.variable('responses of the collector', 'bytesOut', gigabytes)];
}

/** A function URL has no price of its own. */
function edgeLines({ collector: { edge } }: Facts, { requests, recordBytes }: Workload): CostLine[] {
  const millions = requests / MILLION;
  switch (edge) {
    case 'restApi': return [apiGateway.variable('requests to the REST API', 'restApiRequests', millions)];
    case 'httpApi': return [apiGateway.variable('requests to the HTTP API', 'httpApiRequests',
      millions * Math.ceil(recordBytes / HTTP_API_UNIT_BYTES))];
    case 'functionUrl': return [];
  }
}

function webAclLines({ collector: { webAcl } }: Facts, { requests }: Workload) {
  if (!webAcl) return [];
  const used = waf.variable('requests that the web ACL judges', 'webAclRequests', requests / MILLION);
  if (webAcl.rules === undefined) return [used];
  return [
    waf.fixed('web ACL', 'webAcls', 1), waf.fixed('rules of the web ACL', 'webAclRules', webAcl.rules), used,
  ];
}

function computeGbSeconds({ collector: { memoryMb } }: Facts, { requests, events }: Workload): number {
  const cpuSeconds = requests * REQUEST_CPU_SECONDS + events * EVENT_CPU_SECONDS;
  const share = Math.min(1, memoryMb / MB_PER_CPU); // the function works on one core
  return (requests * STORE_SECONDS + cpuSeconds / share) * memoryMb / 1024;
}

function tracesOf({ collector }: Facts, { requests }: Workload): number {
  if (!collector.isTraced) return 0;
  const first = Math.min(requests, SECONDS_PER_MONTH);
  return first + TRACED * (requests - first);
}

function logLines({ collector, logRetentionDays }: Facts, { requests, storedMonths }: Workload) {
  const functionGigabytes = requests * FUNCTION_LOG_BYTES / GB;
  const accessGigabytes = collector.hasAccessLog ? requests * ACCESS_LOG_BYTES / GB : 0;
  const months = Math.min(logRetentionDays * 24 / HOURS_PER_MONTH, storedMonths);
  const stored = (functionGigabytes + accessGigabytes) * COMPRESSED * months;
  return [
    cloudWatch.variable("the collector's log", 'logsIngested', functionGigabytes),
    cloudWatch.variable("the API's access log", 'logsIngested', accessGigabytes),
    cloudWatch.variable('logs that are kept', 'logsStored', stored),
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
