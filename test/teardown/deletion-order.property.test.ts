import { anyCombinationKeepsTheOrder } from './order-property';
import { DELETION_RULES, misordered } from '../support/deletion-rules';
import { synthesize } from '../support/lakehouse';
import { TemplateGraph } from '../support/template-graph';

test('any combination of properties keeps the order, also of the resources that it was given', () => {
  anyCombinationKeepsTheOrder({ seed: 20_260_301, numRuns: 12 });
});

describe('without the dependencies that give it, a rule fails by its name:', () => {
  const { json, graph } = synthesize();

  test.each(DELETION_RULES.map(rule => [rule.name, rule] as const))('%s', (name, { later, earlier }) => {
    const [first] = earlier(graph);
    const cut = new TemplateGraph(json, (_, dependency) => dependency === first);
    const expected = later(graph).map(id => `${name}: ${id} does not wait for ${first}`);
    expect(misordered(cut)).toEqual(expect.arrayContaining(expected));
    expect(expected).not.toEqual([]);
  });
});
