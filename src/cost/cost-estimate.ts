/**
 * Traffic, and prices of your own, that a cost estimate is based on.
 *
 * @example
 * const estimate = lakehouse.estimatedMonthlyCost({
 *   eventsPerSecond: 100,
 *   averageBytes: 800,
 *   storedMonths: 12,
 *   region: 'eu-west-1',
 * });
 * new CfnOutput(this, 'MonthlyCost', { value: `${Math.round(estimate.total)} USD` });
 */
export interface CostAssumptions {
  /** Average number of events per second over the whole month. 0 gives the cost of an idle lakehouse. */
  readonly eventsPerSecond: number;

  /**
   * Average size of an event in bytes, as JSON in the stream.
   *
   * @default 1200
   */
  readonly averageBytes?: number;

  /**
   * Average number of events in a request. SDKs send batches, pages mostly single events.
   *
   * @default 1
   */
  readonly eventsPerRequest?: number;

  /**
   * Number of months whose events the tables hold.
   *
   * @default 1
   */
  readonly storedMonths?: number;

  /**
   * Region whose prices are used: `us-east-1`, `eu-west-1` or `eu-central-1`.
   *
   * @default - the region of the stack, or us-east-1 if it is another or only known at deployment
   */
  readonly region?: string;

  /**
   * Prices of your own in USD, by the `priceName` of the estimate's items.
   *
   * @default - list prices, with the date and the source that each item names
   */
  readonly prices?: { [name: string]: number };
}

/** Whether a cost depends on the traffic. */
export enum CostBasis {
  /** It is the same for any traffic. */
  FIXED = 'FIXED',
  /** It comes with the traffic. */
  VARIABLE = 'VARIABLE',
}

/** One line of a cost estimate. */
export interface CostItem {
  /** AWS service, like `Glue`. */
  readonly service: string;
  /** The part of the lakehouse that is paid for. */
  readonly description: string;
  /** Name of the price, by which `CostAssumptions.prices` replaces it. */
  readonly priceName: string;
  /** Price of a unit in USD. */
  readonly unitPrice: number;
  /** Unit of quantity and price. */
  readonly unit: string;
  /** Number of units in a month. */
  readonly quantity: number;
  /** Cost in USD a month. */
  readonly usd: number;
  /** Whether the cost depends on the traffic. */
  readonly basis: CostBasis;
  /** Source of the price, with its region and the month in which it was read. */
  readonly priceSource: string;
}

/** Estimated cost of a month of 730 hours. */
export interface CostEstimate {
  /** Cost by service and part. Items that cost nothing are left out. */
  readonly items: CostItem[];
  /** Sum of the items in USD a month. */
  readonly total: number;
  /** Sum of the fixed items in USD a month. */
  readonly fixed: number;
  /** Sum of the variable items in USD a month. */
  readonly variable: number;
  /** Region of the prices. */
  readonly region: string;
  /** Parts of the configuration that are too small for the traffic, each with a remedy. */
  readonly shortfalls: string[];
  /** Remarks on what the estimate takes for granted or leaves out. */
  readonly notes: string[];
}
