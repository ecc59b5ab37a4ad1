import { aws_apigateway as apigateway, aws_wafv2 as wafv2, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InvalidPropertyError, requireBetween, requireMatch } from '../private/validate';

/** Limits of WAF: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html */
const [MIN_RATE, MAX_RATE] = [10, 2_000_000_000];

/**
 * A web ACL in front of the collector. What it refuses is answered with 403, and most trackers then drop the events.
 *
 * Keep `AWSManagedRulesCommonRuleSet` out of it: that blocks bodies over 8 KB and URLs in parameters, so it would lose most
 * batches and page views without a trace.
 */
export class CollectorFirewall {
  /**
   * A web ACL of its own with the two rules that fit a collector: a limit for each address, and Amazon's list of addresses that attack.
   *
   * @param requestsPerFiveMinutes limit for one address; visitors behind one gateway, and all of your servers behind one, share it
   */
  public static rateLimited(requestsPerFiveMinutes: number): CollectorFirewall {
    requireBetween('ingestion.waf: requestsPerFiveMinutes', requestsPerFiveMinutes, MIN_RATE, MAX_RATE);
    return new CollectorFirewall(scope => createWebAcl(scope, requestsPerFiveMinutes).attrArn);
  }

  /**
   * An existing web ACL of the stack's region.
   *
   * @param webAclArn ARN of the web ACL
   */
  public static webAcl(webAclArn: string): CollectorFirewall {
    requireMatch('ingestion.waf: webAclArn', webAclArn, /^arn:[^:]+:wafv2:/, 'the ARN of a WAFv2 web ACL');
    if (!Token.isUnresolved(webAclArn) && webAclArn.includes(':global/')) {
      throw new InvalidPropertyError(`ingestion.waf: webAclArn must be of scope REGIONAL, got one for CloudFront: '${webAclArn}'`);
    }
    return new CollectorFirewall(() => webAclArn);
  }

  private constructor(private readonly webAclArn: (scope: Construct) => string) {}

  /** @internal */
  public _protect(scope: Construct, stage: apigateway.Stage): void {
    new wafv2.CfnWebACLAssociation(scope, 'WebAclAssociation', { webAclArn: this.webAclArn(scope), resourceArn: stage.stageArn });
  }
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
        statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' } },
        visibilityConfig: visible('IpReputation'),
      },
    ],
  });
}

/** Without samples: they hold addresses, agents and cookies. */
function visible(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
