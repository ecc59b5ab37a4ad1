import {
  aws_cloudfront as cloudfront, aws_cloudfront_origins as origins, aws_logs as logs, aws_s3 as s3, aws_s3_deployment as deployment, RemovalPolicy,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { WEBSITE } from '../private/assets';
import { handlerRole, ownLogGroup } from '../private/handler-function';
import { securedBucket } from '../private/secured-bucket';

/** Properties of DemoWebsite. */
export interface DemoWebsiteProps {
  /** URL that the page's tracker sends to, stage included. */
  readonly collectorUrl: string;

  /**
   * Write key of the page's tracker.
   *
   * @default 'demo'
   */
  readonly writeKey?: string;
}

/** A small shop whose page sends events to the collector: a private bucket behind CloudFront. */
export class DemoWebsite extends Construct {
  /** Address of the page. */
  public readonly url: string;
  /** Holds the page. */
  public readonly bucket: s3.IBucket;
  /** Serves the page. */
  public readonly distribution: cloudfront.IDistribution;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see DemoWebsiteProps
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
    const log = ownLogGroup(this, 'DeploymentLog', logs.RetentionDays.ONE_WEEK);
    new deployment.BucketDeployment(this, 'Deployment', {
      destinationBucket: bucket,
      sources: [
        deployment.Source.asset(WEBSITE),
        deployment.Source.jsonData('config.json', { collectorUrl: props.collectorUrl, writeKey: props.writeKey ?? 'demo' }),
      ],
      distribution,
      logGroup: log,
      role: handlerRole(this, 'DeploymentRole', log),
    });
    this.bucket = bucket;
    this.distribution = distribution;
    this.url = `https://${distribution.distributionDomainName}`;
  }
}
