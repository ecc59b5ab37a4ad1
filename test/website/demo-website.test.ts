import { DemoWebsite, LakehouseNetwork } from '../../src';
import { rendered } from '../support/iam-statements';
import { only, synthesize } from '../support/lakehouse';

const synthesized = synthesize({ network: LakehouseNetwork.none() }, ({ endpointUrl }, stack) =>
  new DemoWebsite(stack, 'Website', { collectorUrl: endpointUrl, writeKey: 'key' }));

test('is served by CloudFront alone, over HTTPS', () => {
  const { DistributionConfig } = only(synthesized, 'AWS::CloudFront::Distribution');
  expect(DistributionConfig).toMatchObject({
    DefaultRootObject: 'index.html',
    DefaultCacheBehavior: { ViewerProtocolPolicy: 'redirect-to-https' },
  });
  only(synthesized, 'AWS::CloudFront::OriginAccessControl');
  expect(only(synthesized, 'AWS::S3::Bucket', /^WebsiteBucket/)).toMatchObject({
    PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
  });
});

test('is told where the collector is', () => {
  const { SourceMarkers, SourceObjectKeys } = only(synthesized, 'Custom::CDKBucketDeployment');
  expect(SourceObjectKeys).toHaveLength(2);
  expect(SourceMarkers.flatMap(Object.values).map(rendered)).toEqual([
    '"https://${CollectorApi}.execute-api.${Region}.${URLSuffix}/v1"',
  ]);
});

test('goes with the stack', () => {
  const { json, graph } = synthesized;
  const [bucket] = graph.find('AWS::S3::Bucket', /^WebsiteBucket/);
  expect(json.Resources[bucket].DeletionPolicy).toBe('Delete');
});
