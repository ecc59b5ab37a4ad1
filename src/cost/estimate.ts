import { collectorPart } from './collector-part';
import { CostAssumptions, CostBasis, CostEstimate, CostItem } from './cost-estimate';
import { MakePart, toItem } from './cost-line';
import { Estimated, Facts, factsOf } from './facts';
import { jobPart } from './job-part';
import { DEFAULT_PRICED_REGION, isPricedRegion, PriceName, unitPrices, UnitPrices } from './prices';
import { streamPart } from './stream-part';
import { upkeepPart } from './upkeep-part';
import { workloadOf } from './workload';
import { InvalidPropertyError } from '../private/validate';

/** In the order of an event's journey. */
const PARTS: readonly MakePart[] = [collectorPart, streamPart, jobPart, upkeepPart];

/** Estimates what the lakehouse costs in a month with this traffic. */
export function estimate(estimated: Estimated, assumptions: CostAssumptions): CostEstimate {
  const facts = factsOf(estimated);
  const region = pricedRegion(facts, assumptions);
  const prices = unitPrices(region, assumptions.prices);
  const workload = workloadOf(assumptions);
  const parts = PARTS.map(make => make(facts, workload));
  const items = parts.flatMap(({ lines }) => lines).map(line => toItem(line, prices)).filter(({ usd }) => usd > 0);
  return {
    items,
    total: sum(items),
    fixed: sum(items.filter(({ basis }) => basis === CostBasis.FIXED)),
    variable: sum(items.filter(({ basis }) => basis === CostBasis.VARIABLE)),
    region,
    shortfalls: parts.flatMap(({ shortfalls = [] }) => shortfalls),
    notes: notesOf(facts, assumptions, items, prices),
  };
}

function pricedRegion({ region: stackRegion }: Facts, { region }: CostAssumptions) {
  if (region === undefined) return isPricedRegion(stackRegion) ? stackRegion : DEFAULT_PRICED_REGION;
  if (isPricedRegion(region)) return region;
  throw new InvalidPropertyError(
    `region must be us-east-1, eu-west-1 or eu-central-1, got '${region}': leave it out and set prices`);
}

function sum(items: readonly CostItem[]): number {
  return items.reduce((total, { usd }) => total + usd, 0);
}

function notesOf(
  facts: Facts, { region }: CostAssumptions, items: readonly CostItem[], prices: UnitPrices,
): string[] {
  const { stream, hasOwnVpc, collector: { webAcl, hasCloudFront }, job, region: stackRegion } = facts;
  const isOtherRegion = region === undefined && !isPricedRegion(stackRegion);
  const unchecked = [...new Set(items.map(({ priceName }) => priceName as PriceName))]
    .filter(name => !prices[name].isChecked);
  return [
    ...(isOtherRegion && stackRegion ? [`no prices of ${stackRegion} are known: those of us-east-1 are used`] : []),
    ...(isOtherRegion && !stackRegion
      ? ['the region is known only at deployment: prices of us-east-1 are used'] : []),
    ...(unchecked.length > 0 ? [`not checked against AWS's price list: ${unchecked.join(', ')}`] : []),
    ...facts.notes,
    ...(stream ? [] : ['the existing stream is not included']),
    ...(hasOwnVpc ? ['endpoints and NAT gateways of the existing VPC are not included'] : []),
    ...(hasCloudFront ? ['every request is taken to come through CloudFront, whose web ACL is not included'] : []),
    ...(webAcl && webAcl.rules === undefined ? ['of the existing web ACL only its requests are included'] : []),
    ...(job.hasGlueMetrics ? ["Glue's own metrics (processing.glueMetrics) are not included"] : []),
  ];
}
