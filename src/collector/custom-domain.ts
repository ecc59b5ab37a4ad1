import {
  Annotations, aws_apigateway as apigateway, aws_route53 as route53, aws_route53_targets as targets,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CustomDomainOptions } from './collector-options';

export interface MappedDomain {
  /** Host and path of the collector, without a slash at the end. */
  readonly location: string;
  /** Target for a DNS record of the domain. */
  readonly target: string;
}

/**
 * Maps a domain to the API's stage. Its paths have no stage, and the collector takes paths with and without one.
 *
 * @param map Adds the mapping: REST APIs and HTTP APIs share domains, but each has its own type of mapping
 */
export function mapCustomDomain(
  scope: Construct, options: CustomDomainOptions, map: (domain: apigateway.DomainName, basePath?: string) => void,
): MappedDomain {
  const { domainName, certificate, basePath, hostedZone } = options;
  const domain = new apigateway.DomainName(scope, 'Domain', {
    domainName,
    certificate,
    endpointType: apigateway.EndpointType.REGIONAL,
    securityPolicy: apigateway.SecurityPolicy.TLS_1_2,
  });
  map(domain, basePath);
  if (hostedZone) {
    new route53.ARecord(scope, 'DomainRecord', {
      zone: hostedZone,
      recordName: `${domainName}.`, // fully qualified: the name of an imported zone may be unknown
      target: route53.RecordTarget.fromAlias(new targets.ApiGatewayDomain(domain)),
    });
  }
  if (basePath !== undefined) {
    Annotations.of(scope).addWarningV2('cdk-clickstream-lakehouse:basePath',
      'collector.customDomain.basePath is set: SDKs that take only a host, such as @segment/analytics-node, drop it '
      + 'and send to the root of the domain');
  }
  return {
    location: basePath === undefined ? domainName : `${domainName}/${basePath}`,
    target: domain.domainNameAliasDomainName,
  };
}
