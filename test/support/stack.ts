import { App, Stack } from 'aws-cdk-lib';

// CDK's validation of templates costs 10 s of processor time per test file; the examples' test runs it once for each
// example.
process.env.CDK_VALIDATION = 'false';

/** A stack whose assets are not copied. */
export function testStack(): Stack {
  return new Stack(new App({ context: { 'aws:cdk:disable-asset-staging': true } }), 'Test');
}
