import { App, Duration, Stack, StackProps } from 'aws-cdk-lib';
import {
  ClickstreamLakehouse, ClickstreamLakehouseProps, CostEstimate, LakehouseNetwork, ProcessingSchedule,
} from '../../src';
import { testStack } from '../support/stack';

/** As examples/dev: a VPC, and a run every quarter of an hour. */
export const DEV: ClickstreamLakehouseProps = {
  collector: { writeKeys: { demo: { keys: ['demo'] } } },
  processing: { schedule: ProcessingSchedule.every(Duration.minutes(15)) },
};

/** As examples/minimal: no VPC, and a run every six hours. */
export const MINIMAL: ClickstreamLakehouseProps = {
  network: LakehouseNetwork.none(),
  processing: { schedule: ProcessingSchedule.every(Duration.hours(6)) },
};

export function lakehouseWith(
  props: ClickstreamLakehouseProps | ((stack: Stack) => ClickstreamLakehouseProps), env?: StackProps['env'],
): ClickstreamLakehouse {
  const stack = env ? new Stack(testStack().node.root as App, 'Elsewhere', { env }) : testStack();
  return new ClickstreamLakehouse(stack, 'Lakehouse', typeof props === 'function' ? props(stack) : props);
}

/** Service, description and USD to the cent. */
export type Row = readonly [service: string, description: string, usd: string];

export function tableOf({ items }: CostEstimate): Row[] {
  return items.map(({ service, description, usd }) => [service, description, usd.toFixed(2)]);
}

/** A row by price and quantity. */
export function row(service: string, description: string, price: number, quantity: number): Row {
  return [service, description, (price * quantity).toFixed(2)];
}

/** USD of the lines of a price. */
export function usdOf({ items }: CostEstimate, priceName: string): number {
  return items.filter(item => item.priceName === priceName).reduce((sum, { usd }) => sum + usd, 0);
}
