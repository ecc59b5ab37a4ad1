import { App, Stack } from 'aws-cdk-lib';

// CDK's validation of templates costs 10 s of processor time per test file; the examples' test runs it once for each
// example.
process.env.CDK_VALIDATION = 'false';

/**
 * A stack whose assets are not copied, without the metadata that take a sixth of the time and that no test reads.
 *
 * @param flags CDK's feature flags that are set
 */
export function testStack(flags: Record<string, unknown> = {}): Stack {
  const app = new App({
    context: { 'aws:cdk:disable-asset-staging': true, ...flags },
    analyticsReporting: false,
    stackTraces: false,
    treeMetadata: false,
  });
  return new Stack(app, 'Test');
}
