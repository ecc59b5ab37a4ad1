import {
  aws_certificatemanager as acm, aws_cloudfront as cloudfront, aws_cloudfront_origins as origins, Duration,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ClickstreamLakehouse } from './clickstream-lakehouse';
import { CloudFrontOrigin } from './collector/cloud-front-origin';
import { textOf } from './collector/cloud-front-secret';
import { DOMAIN_NAME, mayBeWithin, warnOfThirdPartyCookie } from './collector/collector-validation';
import { FirstPartyCookie } from './collector/first-party-cookie';
import { SECRET_HEADER } from './collector/function/interface';
import { VISITOR_FUNCTION } from './collector/visitor-function';
import { requireWebAclArn } from './collector/web-acl';
import { acknowledgeFindings } from './private/acknowledge-findings';
import { InvalidPropertyError, requireInRegion, requireMatch } from './private/validate';

/** Where CloudFront looks for certificates and web ACLs, whatever the region of the stack. */
const GLOBAL_REGION = 'us-east-1';

/**
 * Responses that CloudFront would keep for ten seconds by itself, for every URL of the path.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
 */
const ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/**
 * Properties of CollectorDistribution.
 *
 * @example
 * new CollectorDistribution(this, 'Distribution', { lakehouse, priceClass: cloudfront.PriceClass.PRICE_CLASS_100 });
 */
export interface CollectorDistributionProps {
  /** Lakehouse with `collector.cloudFront`, in a stack of the same region. */
  readonly lakehouse: ClickstreamLakehouse;

  /**
   * Domain names of your own, like `collect.shop.example`. Point their DNS records to the distribution yourself.
   *
   * @default - only CloudFront's own domain
   */
  readonly domainNames?: string[];

  /**
   * Certificate for the domain names, in us-east-1.
   *
   * @default - CloudFront's own, without `domainNames`
   */
  readonly certificate?: acm.ICertificate;

  /**
   * ARN of a web ACL of scope CLOUDFRONT, which is in us-east-1. Keep `AWSManagedRulesCommonRuleSet` out of it, which
   * blocks bodies over 8 KB.
   *
   * @default - no web ACL
   */
  readonly webAclArn?: string;

  /**
   * Regions of the world from which CloudFront serves. Visitors elsewhere are served from the nearest of them.
   *
   * @default PriceClass.PRICE_CLASS_ALL
   */
  readonly priceClass?: cloudfront.PriceClass;
}

/**
 * CloudFront in front of the collector, which brings a domain of your own and a web ACL to every `collector.edge`.
 *
 * Nothing is cached. Give it a stack of its own: CloudFront refuses accounts that AWS has not verified, and that must
 * not roll the lakehouse back.
 *
 * @example
 * const certificate = acm.Certificate.fromCertificateArn(this, 'Certificate',
 *   'arn:aws:acm:us-east-1:123456789012:certificate/a1b2c3');
 * const distribution = new CollectorDistribution(this, 'Distribution', {
 *   lakehouse,
 *   domainNames: ['collect.shop.example'],
 *   certificate,
 * });
 * new CfnOutput(this, 'TrackerUrl', { value: distribution.url });
 */
export class CollectorDistribution extends Construct {
  /** URL for trackers, at the first of `domainNames` or CloudFront's own domain, without a path. */
  public readonly url: string;
  /** The distribution in front of the collector. */
  public readonly distribution: cloudfront.Distribution;

  /**
   * @param scope Parent construct, in a stack of its own
   * @param id Construct id
   * @param props The lakehouse, and domain names and web ACL of the distribution
   */
  constructor(scope: Construct, id: string, props: CollectorDistributionProps) {
    super(scope, id);
    const origin = props.lakehouse._cloudFrontOrigin;
    if (!origin) {
      throw new InvalidPropertyError(
        'CollectorDistribution needs a lakehouse with collector.cloudFront, got one without: set it to '
        + 'CloudFrontUse.OPTIONAL');
    }
    validate(props);
    if (origin.cookie) checkCookie(this, origin.cookie, props.domainNames);
    this.distribution = new cloudfront.Distribution(this, 'Front', {
      comment: commentOf(origin),
      defaultBehavior: behaviourOf(this, origin),
      errorResponses: ERRORS.map(httpStatus => ({ httpStatus, ttl: Duration.seconds(0) })),
      domainNames: props.domainNames,
      certificate: props.certificate,
      minimumProtocolVersion: props.certificate && cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
      webAclId: props.webAclArn,
      priceClass: props.priceClass ?? cloudfront.PriceClass.PRICE_CLASS_ALL,
      enableIpv6: true,
    });
    this.url = `https://${props.domainNames?.[0] ?? this.distribution.distributionDomainName}`;
    acknowledgeFindings(this);
  }
}

/** Changes with `collector.cloudFront`, so that CloudFormation looks a new text of the secret up then. */
function commentOf({ use }: CloudFrontOrigin): string {
  return `Clickstream collector, ${use}`;
}

function behaviourOf(scope: Construct, { host, path, secret }: CloudFrontOrigin): cloudfront.BehaviorOptions {
  return {
    origin: new origins.HttpOrigin(host, {
      originPath: path,
      protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
      customHeaders: { [SECRET_HEADER]: textOf(secret) },
    }),
    allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
    // A redirect makes a GET of a POST.
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
    // An answer from the cache is an event that nobody stores. This policy also keeps equal requests from being merged.
    cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
    // Cookies, queries and Authorization. The edges know their requests by Host, which must be their own.
    originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    compress: false,
    functionAssociations: [{
      eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
      function: new cloudfront.Function(scope, 'Visitor', {
        code: VISITOR_FUNCTION,
        runtime: cloudfront.FunctionRuntime.JS_2_0,
        comment: 'Clickstream collector: address and host of the visitor',
      }),
    }],
  };
}

function validate({ domainNames, certificate, webAclArn }: CollectorDistributionProps): void {
  if (domainNames?.length === 0) {
    throw new InvalidPropertyError("domainNames is empty: leave it out for CloudFront's own domain");
  }
  for (const name of domainNames ?? []) {
    requireMatch('domainNames', name, DOMAIN_NAME, 'names in lower case like collect.shop.example');
  }
  if ((domainNames === undefined) !== (certificate === undefined)) {
    const [given, missing] = domainNames ? ['domainNames', 'certificate'] : ['certificate', 'domainNames'];
    throw new InvalidPropertyError(`${given} needs ${missing}, got none: set both, or neither`);
  }
  if (certificate) requireGlobal('certificate', certificate.certificateArn);
  if (webAclArn === undefined) return;
  requireWebAclArn('webAclArn', webAclArn, 'CLOUDFRONT');
  requireGlobal('webAclArn', webAclArn);
}

function requireGlobal(property: string, arn: string): void {
  requireInRegion(property, arn, GLOBAL_REGION, `${GLOBAL_REGION} for CloudFront`);
}

/** Browsers refuse a cookie for a domain that the response does not come from. */
function checkCookie(scope: Construct, { _domain: domain }: FirstPartyCookie, domainNames?: string[]): void {
  if (!domainNames) {
    warnOfThirdPartyCookie(scope, ", and the distribution has no domainNames: at CloudFront's own domain");
    return;
  }
  const other = domain && domainNames.find(name => !mayBeWithin(name, domain));
  if (!other) return;
  throw new InvalidPropertyError(`domainNames must be below '${domain}' of collector.firstPartyCookie, got '${other}'`);
}
