import { InvalidPropertyError } from '../private/validate';

/** A list price in USD, and the month in which it was last read; without one it was not checked. */
type ListPrice = readonly [usd: number, read?: string];

/** A price of AWS, without volume tiers and free tiers. */
interface ListPrices {
  /** Unit that the price is for. */
  readonly unit: string;
  /** AWS's page with the price. */
  readonly page: string;
  readonly regions: Readonly<Record<PricedRegion, ListPrice>>;
}

/** The price that counts in an estimate. */
export interface UnitPrice {
  readonly unit: string;
  readonly usd: number;
  readonly source: string;
  /** Whether the price is the user's own, or was read when it was written down. */
  readonly isChecked: boolean;
}

/** The prices by name. */
export type UnitPrices = Readonly<Record<PriceName, UnitPrice>>;

const PRICED_REGIONS = ['us-east-1', 'eu-west-1', 'eu-central-1'] as const;
type PricedRegion = typeof PRICED_REGIONS[number];

/** Region whose prices are used where the stack's is unknown or not listed. */
export const DEFAULT_PRICED_REGION: PricedRegion = 'us-east-1';

const PAGES = {
  apiGateway: 'https://aws.amazon.com/api-gateway/pricing/',
  cloudFront: 'https://aws.amazon.com/cloudfront/pricing/',
  cloudWatch: 'https://aws.amazon.com/cloudwatch/pricing/',
  glue: 'https://aws.amazon.com/glue/pricing/',
  kinesis: 'https://aws.amazon.com/kinesis/data-streams/pricing/',
  kms: 'https://aws.amazon.com/kms/pricing/',
  lambda: 'https://aws.amazon.com/lambda/pricing/',
  privateLink: 'https://aws.amazon.com/privatelink/pricing/',
  s3: 'https://aws.amazon.com/s3/pricing/',
  secretsManager: 'https://aws.amazon.com/secrets-manager/pricing/',
  transfer: 'https://aws.amazon.com/ec2/pricing/on-demand/',
  waf: 'https://aws.amazon.com/waf/pricing/',
  xRay: 'https://aws.amazon.com/xray/pricing/',
};

/**
 * The one home of prices, in the order us-east-1, eu-west-1, eu-central-1. Nobody here has an AWS account: a month says
 * when the figure was last seen in AWS's price list or in a public document that quotes it with a date.
 */
const LIST_PRICES = {
  restApiRequests: price('million requests', PAGES.apiGateway,
    [3.5, '2026-08'], [3.5, '2026-10'], [3.7, '2026-08']),
  httpApiRequests: price('million requests', PAGES.apiGateway, [1], [1.11], [1.2]),
  // By the region of the visitors, who are taken to be near the stack.
  cloudFrontRequests: price('million requests', PAGES.cloudFront, [1], [1.2], [1.2]),
  cloudFrontFunctionCalls: everywhere('million calls', PAGES.cloudFront, [0.1]),
  cloudFrontBytesToOrigin: everywhere('GB', PAGES.cloudFront, [0.02]),
  cloudFrontBytesOut: everywhere('GB', PAGES.cloudFront, [0.085]),
  lambdaRequests: price('million requests', PAGES.lambda, [0.2, '2026-09'], [0.2, '2026-10'], [0.2, '2026-08']),
  lambdaArmCompute: price('million GB-seconds', PAGES.lambda, [13.3334], [13.3334, '2026-10'], [13.3334, '2026-10']),
  shardHours: price('shard-hour', PAGES.kinesis, [0.015, '2026-09'], [0.017], [0.018, '2026-10']),
  putUnits: price('million PUT payload units', PAGES.kinesis, [0.014, '2026-09'], [0.0165], [0.0175, '2026-10']),
  extendedRetention: price('shard-hour', PAGES.kinesis, [0.02], [0.023], [0.024]),
  longTermRetention: price('GB-month', PAGES.kinesis, [0.023], [0.025], [0.026]),
  onDemandStreamHours: price('stream-hour', PAGES.kinesis, [0.04, '2026-09'], [0.045], [0.048]),
  onDemandBytesIn: price('GB', PAGES.kinesis, [0.08, '2026-09'], [0.09], [0.095]),
  onDemandBytesOut: price('GB', PAGES.kinesis, [0.04, '2026-09'], [0.045], [0.048]),
  onDemandRetention: price('GB-month', PAGES.kinesis, [0.1], [0.11], [0.12]),
  // The list's `Gen2` prices, which are those of Glue 6.0 and later.
  glueHours: everywhere('DPU-hour', PAGES.glue, [0.308, '2026-09']),
  glueFlexHours: everywhere('DPU-hour', PAGES.glue, [0.203, '2026-09']),
  glueHoursBefore6: everywhere('DPU-hour', PAGES.glue, [0.44, '2026-09']),
  glueFlexHoursBefore6: everywhere('DPU-hour', PAGES.glue, [0.29, '2026-09']),
  s3Storage: price('GB-month', PAGES.s3, [0.023, '2026-09'], [0.023, '2026-09'], [0.0245, '2026-09']),
  s3PutAndList: price('million requests', PAGES.s3, [5, '2026-09'], [5, '2026-09'], [5.4, '2026-09']),
  s3Get: price('million requests', PAGES.s3, [0.4, '2026-09'], [0.4, '2026-09'], [0.43, '2026-09']),
  endpointHours: price('endpoint-hour', PAGES.privateLink, [0.01, '2026-10'], [0.011], [0.012, '2026-09']),
  endpointBytes: price('GB', PAGES.privateLink, [0.01, '2026-10'], [0.01], [0.01, '2026-09']),
  logsIngested: price('GB', PAGES.cloudWatch, [0.5, '2025-01'], [0.57, '2026-10'], [0.63, '2025-01']),
  logsStored: price('GB-month', PAGES.cloudWatch, [0.03], [0.03, '2026-10'], [0.0324, '2026-10']),
  customMetrics: price('metric-month', PAGES.cloudWatch, [0.3], [0.3, '2026-10'], [0.3]),
  metricRequests: everywhere('million requests', PAGES.cloudWatch, [10]),
  alarms: price('metric-month', PAGES.cloudWatch, [0.1], [0.1, '2026-10'], [0.1]),
  dashboards: everywhere('dashboard-month', PAGES.cloudWatch, [3, '2025-01']),
  traces: everywhere('million traces', PAGES.xRay, [5]),
  webAcls: everywhere('web-ACL-month', PAGES.waf, [5]),
  webAclRules: everywhere('rule-month', PAGES.waf, [1]),
  webAclRequests: everywhere('million requests', PAGES.waf, [0.6]),
  kmsKeys: everywhere('key-month', PAGES.kms, [1, '2026-09']),
  secrets: everywhere('secret-month', PAGES.secretsManager, [0.4, '2026-10']),
  bytesOut: price('GB', PAGES.transfer, [0.09], [0.09, '2026-09'], [0.09, '2026-09']),
};

export type PriceName = keyof typeof LIST_PRICES;

function price(unit: string, page: string, ...[usEast1, euWest1, euCentral1]: readonly ListPrice[]): ListPrices {
  return { unit, page, regions: { 'us-east-1': usEast1, 'eu-west-1': euWest1, 'eu-central-1': euCentral1 } };
}

/** A price that does not depend on the region. */
function everywhere(unit: string, page: string, listPrice: ListPrice): ListPrices {
  return price(unit, page, listPrice, listPrice, listPrice);
}

export function isPricedRegion(region: string | undefined): region is PricedRegion {
  return PRICED_REGIONS.some(priced => priced === region);
}

/**
 * The prices of a region, with the user's own instead of those that they name.
 *
 * @throws InvalidPropertyError for a name that no price has, or a price below zero
 */
export function unitPrices(region: PricedRegion, own: { readonly [name: string]: number } = {}): UnitPrices {
  const names = Object.keys(LIST_PRICES);
  for (const [name, usd] of Object.entries(own)) {
    if (!names.includes(name)) {
      throw new InvalidPropertyError(`prices must be among ${names.join(', ')}, got '${name}'`);
    }
    if (!(usd >= 0 && usd < Infinity)) {
      throw new InvalidPropertyError(`prices.${name} must be USD for a ${unitOf(name as PriceName)}, got ${usd}`);
    }
  }
  const entries = Object.entries(LIST_PRICES).map(([name, listed]) => [name, unitPrice(listed, region, own[name])]);
  return Object.fromEntries(entries) as UnitPrices;
}

function unitOf(name: PriceName): string {
  return LIST_PRICES[name].unit;
}

function unitPrice({ unit, page, regions }: ListPrices, region: PricedRegion, own?: number): UnitPrice {
  if (own !== undefined) return { unit, usd: own, source: 'your own price', isChecked: true };
  const [usd, read] = regions[region];
  const source = `${page}, ${region}, ${read ? `read in ${read}` : 'not checked'}`;
  return { unit, usd, source, isChecked: read !== undefined };
}
