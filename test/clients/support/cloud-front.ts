/** Plays CloudFront in front of a collector, as the template of the distribution says. */
import { readFileSync } from 'fs';
import { join } from 'path';
import type { Collector } from './collector';
import { originHeaders, viewerRequest } from '../../support/cloud-front-function';

/** A visitor whose network no loopback address has. */
export const VISITOR = { address: '198.51.100.23', network: '198.51.100.0' };
export const FRONT_HOST = 'd111111abcdef8.cloudfront.net';

type Resources = Record<string, { Type: string; Properties: Record<string, any> }>; // eslint-disable-line @typescript-eslint/no-explicit-any

export class LocalCloudFront {
  private readonly code: string;
  private readonly originPath: string;
  private readonly custom: Record<string, string>;
  private readonly origin: string;

  constructor(collector: Collector) {
    const template = readFileSync(join(collector.assembly, 'Front.template.json'), 'utf8');
    const resources = Object.values(JSON.parse(template).Resources as Resources);
    const only = (type: string) => resources.find(({ Type }) => Type === type)!.Properties;
    const [{ OriginPath = '', OriginCustomHeaders }] =
      only('AWS::CloudFront::Distribution').DistributionConfig.Origins;
    this.code = only('AWS::CloudFront::Function').FunctionCode;
    this.originPath = OriginPath;
    // CloudFormation puts the same text into both.
    const secret = collector.edge.integration.environment.CLOUD_FRONT_SECRET;
    this.custom = Object.fromEntries(
      OriginCustomHeaders.map(({ HeaderName }: { HeaderName: string }) => [HeaderName, secret]));
    this.origin = collector.urls.host;
  }

  /** @param path with the query, below the distribution's URL */
  fetch(path: string, { headers, ...init }: RequestInit): Promise<Response> {
    const [uri] = path.split('?', 1);
    const request = viewerRequest(this.code, {
      ip: VISITOR.address, host: FRONT_HOST, method: init.method, uri, headers: [...new Headers(headers)],
    });
    const search = path.slice(uri.length); // the function leaves it alone
    return fetch(`${this.origin}${this.originPath}${request.uri}${search}`, {
      ...init, headers: originHeaders(request, this.custom),
    });
  }
}
