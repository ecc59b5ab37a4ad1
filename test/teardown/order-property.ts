import * as fc from 'fast-check';
import { anyCombination, propsOf } from '../support/any-lakehouse';
import { misordered } from '../support/deletion-rules';
import { synthesize } from '../support/lakehouse';
import { TemplateGraph } from '../support/template-graph';

/** @throws with the combination of properties that breaks the order of deletion */
export function anyCombinationKeepsTheOrder(parameters: { seed: number; numRuns: number }): void {
  const property = fc.property(anyCombination, combination => {
    const { graph } = synthesize(stack => propsOf(stack, combination));
    expect(graph.cyclic()).toEqual([]);
    expect(misordered(graph)).toEqual([]);
    expect(unordered(graph)).toEqual([]);
  });
  fc.assert(property, { ...parameters, endOnFailure: true });
}

/** The user's resources in the stack that a run uses, and that the job does not wait for. */
function unordered(graph: TemplateGraph): string[] {
  const [job] = graph.find('AWS::Glue::Job');
  const used = graph.find(/^AWS::(EC2::(VPC|Subnet|Route|NatGateway)|Kinesis::Stream|S3::Bucket|KMS::Key)$/, /^Own/);
  return used.filter(id => !graph.before(job).has(id));
}
