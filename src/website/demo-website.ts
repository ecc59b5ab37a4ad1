import {
  aws_cloudfront as cloudfront, aws_cloudfront_origins as origins, aws_logs as logs, aws_s3 as s3,
  aws_s3_deployment as deployment, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledgeFindings } from '../private/acknowledge-findings';
import { WEBSITE } from '../private/assets';
import { handlerRole } from '../private/handler-function';
import { ownLogGroup } from '../private/log-group';
import { securedBucket } from '../private/secured-bucket';
import { Emptying } from '../teardown/emptying';

/**
 * Properties of DemoWebsite.
 *
 * @example
 * new DemoWebsite(this, 'Website', { collectorUrl: lakehouse.endpointUrl, writeKey: 'a1b2c3' });
 */
export interface DemoWebsiteProps {
  /** URL that the page's tracker sends to, including the stage. */
  readonly collectorUrl: string;

  /**
   * Write key of the page's tracker.
   *
   * @default 'demo'
   */
  readonly writeKey?: string;
}

/**
 * A small demo shop that sends events to the collector, served by CloudFront from a private bucket.
 *
 * @example
 * const website = new DemoWebsite(this, 'Website', { collectorUrl: lakehouse.endpointUrl });
 * new CfnOutput(this, 'ShopUrl', { value: website.url });
 */
export class DemoWebsite extends Construct {
  /** URL of the shop. */
  public readonly url: string;
  /** Bucket that holds the shop's files. */
  public readonly bucket: s3.IBucket;
  /** Distribution that serves the shop. */
  public readonly distribution: cloudfront.IDistribution;

  /**
   * @param scope Parent construct
   * @param id Construct id
   * @param props Collector to send to
   */
  constructor(scope: Construct, id: string, props: DemoWebsiteProps) {
    super(scope, id);
    const bucket = securedBucket(this, 'Bucket', { removalPolicy: RemovalPolicy.DESTROY });
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: 'Clickstream demo website',
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: origins.S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
      },
      priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    });
    const log = ownLogGroup(this, 'DeploymentLog', { logRetention: logs.RetentionDays.ONE_WEEK });
    const emptying = new Emptying(this, 'Emptying', { buckets: [bucket], logRetention: logs.RetentionDays.ONE_WEEK });
    const files = new deployment.BucketDeployment(this, 'Deployment', {
      destinationBucket: bucket,
      sources: [
        deployment.Source.asset(WEBSITE),
        deployment.Source.jsonData('config.json', {
          collectorUrl: props.collectorUrl, writeKey: props.writeKey ?? 'demo',
        }),
      ],
      distribution,
      waitForDistributionInvalidation: false, // it may take longer than the deployment has
      logGroup: log,
      role: handlerRole(this, 'DeploymentRole', log),
    });
    files.node.addDependency(emptying.resource);
    acknowledgeFindings(this);
    // CDK creates the function that deploys files once in a stack.
    const { children } = Stack.of(this).node;
    children.filter(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment')).forEach(acknowledgeFindings);
    this.bucket = bucket;
    this.distribution = distribution;
    this.url = `https://${distribution.distributionDomainName}`;
  }
}
