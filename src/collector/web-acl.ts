import { aws_apigateway as apigateway, aws_wafv2 as wafv2, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InvalidPropertyError, requireBetween, requireMatch } from '../private/validate';

/** WAF's limits: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html */
const [MIN_RATE, MAX_RATE] = [10, 2_000_000_000];

/**
 * The web ACL in front of the collector. It responds with 403 to a request it blocks, and most trackers then drop the
 * events.
 *
 * Keep `AWSManagedRulesCommonRuleSet` out of it. That rule group blocks bodies over 8 KB and URLs in parameters, so it
 * would lose most batches and page views without a trace.
 */
export class CollectorWebAcl {
  /**
   * A new web ACL that limits the requests of each address and blocks those on Amazon's IP reputation list.
   *
   * @param requestsPerFiveMinutes Limit per address, which visitors (or servers of yours) behind one gateway share
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   collector: { webAcl: CollectorWebAcl.rateLimited(2000) },
   * });
   */
  public static rateLimited(requestsPerFiveMinutes: number): CollectorWebAcl {
    requireBetween('collector.webAcl: requestsPerFiveMinutes', requestsPerFiveMinutes, MIN_RATE, MAX_RATE);
    return new CollectorWebAcl(scope => createWebAcl(scope, requestsPerFiveMinutes).attrArn);
  }

  /**
   * An existing web ACL, as aws-cdk-lib has no type for one that could be passed directly.
   *
   * @param webAclArn ARN of a web ACL of scope REGIONAL in the region of the stack
   *
   * @example
   * const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/main/a1b2c3';
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   collector: { webAcl: CollectorWebAcl.fromWebAclArn(webAclArn) },
   * });
   */
  public static fromWebAclArn(webAclArn: string): CollectorWebAcl {
    requireWebAclArn('collector.webAcl: webAclArn', webAclArn, 'REGIONAL');
    return new CollectorWebAcl(() => webAclArn);
  }

  private constructor(private readonly webAclArn: (scope: Construct) => string) {}

  /** @internal */
  public _protect(scope: Construct, stage: apigateway.Stage): void {
    new wafv2.CfnWebACLAssociation(scope, 'WebAclAssociation', {
      webAclArn: this.webAclArn(scope), resourceArn: stage.stageArn,
    });
  }
}

/** Unresolved tokens pass. */
export function requireWebAclArn(property: string, arn: string, scope: 'REGIONAL' | 'CLOUDFRONT'): void {
  requireMatch(property, arn, /^arn:[^:]+:wafv2:/, 'the ARN of a WAFv2 web ACL');
  if (Token.isUnresolved(arn) || arn.includes(':global/') === (scope === 'CLOUDFRONT')) return;
  const other = scope === 'REGIONAL' ? 'CloudFront' : 'a region';
  throw new InvalidPropertyError(`${property} must be of scope ${scope}, got one for ${other}: '${arn}'`);
}

function createWebAcl(scope: Construct, limit: number): wafv2.CfnWebACL {
  return new wafv2.CfnWebACL(scope, 'WebAcl', {
    description: 'Clickstream collector',
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: visible('Requests'),
    rules: [
      {
        name: 'RateLimit',
        priority: 0,
        action: { block: {} },
        statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec: 300 } },
        visibilityConfig: visible('RateLimit'),
      },
      {
        name: 'IpReputation',
        priority: 1,
        overrideAction: { none: {} },
        statement: {
          managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' },
        },
        visibilityConfig: visible('IpReputation'),
      },
    ],
  });
}

/** Metrics but no sampled requests, which hold addresses, user agents and cookies. */
function visible(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
