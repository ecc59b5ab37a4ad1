import { CostBasis, CostItem } from './cost-estimate';
import { Facts } from './facts';
import { PriceName, UnitPrices } from './prices';
import { Workload } from './workload';

/** An item before it has a price. */
export interface CostLine {
  readonly service: string;
  readonly description: string;
  readonly price: PriceName;
  readonly quantity: number;
  readonly basis: CostBasis;
}

/** A part of the lakehouse: its lines, and what of it is too small for the traffic. */
export interface Part {
  readonly lines: CostLine[];
  readonly shortfalls?: string[];
}

export type MakePart = (facts: Facts, workload: Workload) => Part;

export const MILLION = 1e6;

/** Lines of one service: what, the price's name, the number of its units. */
export function service(name: string) {
  const line = (basis: CostBasis) => (description: string, price: PriceName, quantity: number): CostLine =>
    ({ service: name, description, price, quantity, basis });
  return { fixed: line(CostBasis.FIXED), variable: line(CostBasis.VARIABLE) };
}

export function toItem({ price, ...line }: CostLine, prices: UnitPrices): CostItem {
  const { usd: unitPrice, unit, source } = prices[price];
  return { ...line, priceName: price, unitPrice, unit, usd: line.quantity * unitPrice, priceSource: source };
}
