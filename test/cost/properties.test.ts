import * as fc from 'fast-check';
import { lakehouseWith } from './lakehouses';
import { CostBasis, CostEstimate } from '../../src';
import { anyCombination, propsOf } from '../support/any-lakehouse';

const anyTraffic = fc.record({
  eventsPerSecond: fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 10_000, noNaN: true })),
  averageBytes: fc.integer({ min: 1, max: 10_000 }),
  eventsPerRequest: fc.integer({ min: 1, max: 500 }),
  storedMonths: fc.integer({ min: 0, max: 24 }),
});

/** Several, as a lakehouse takes far longer to make than to estimate. */
const someTraffics = fc.array(anyTraffic, { minLength: 10, maxLength: 10 });

const lines = ({ items }: CostEstimate, ...bases: CostBasis[]) => new Map(items
  .filter(({ basis }) => bases.includes(basis))
  .map(({ service, description, usd }) => [`${service}: ${description}`, usd]));

test('twice the traffic moves only the variable lines, and none of them to more than twice', () => {
  fc.assert(fc.property(anyCombination, someTraffics, (combination, traffics) => {
    const lakehouse = lakehouseWith(stack => propsOf(stack, combination));
    for (const traffic of traffics) {
      const once = lakehouse.estimatedMonthlyCost(traffic);
      const twice = lakehouse.estimatedMonthlyCost({ ...traffic, eventsPerSecond: 2 * traffic.eventsPerSecond });
      expect(lines(twice, CostBasis.FIXED)).toEqual(lines(once, CostBasis.FIXED));
      const before = lines(once, CostBasis.VARIABLE);
      for (const [name, usd] of lines(twice, CostBasis.VARIABLE)) {
        expect([name, usd >= before.get(name)!]).toEqual([name, true]);
        expect([name, usd <= 2 * before.get(name)! * (1 + 1e-9)]).toEqual([name, true]);
      }
      expect(once.total).toBeCloseTo(once.fixed + once.variable, 6);
    }
  }), { numRuns: 20 });
});

test('an idle lakehouse has no variable line', () => {
  fc.assert(fc.property(anyCombination, combination => {
    const { items } = lakehouseWith(stack => propsOf(stack, combination)).estimatedMonthlyCost({ eventsPerSecond: 0 });
    expect(items.filter(({ basis }) => basis === CostBasis.VARIABLE)).toEqual([]);
  }), { numRuns: 10 });
});
