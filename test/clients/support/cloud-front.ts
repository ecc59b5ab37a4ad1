/** Plays CloudFront in front of a collector, as the template of the distribution says. */
import { readFileSync } from 'fs';
import { join } from 'path';
import type { Collector } from './collector';
import { originHeaders, viewerRequest } from '../../support/cloud-front-function';

/** A visitor of a network that no recorded request names. */
export const VISITOR = { address: '192.0.2.77', network: '192.0.2.0' };
export const FRONT_HOST = 'd111111abcdef8.cloudfront.net';

interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly FunctionCode: string;
    readonly DistributionConfig: { readonly Origins: readonly Origin[] };
  };
}

interface Origin {
  readonly OriginPath?: string;
  readonly OriginCustomHeaders: readonly { readonly HeaderName: string }[];
}

export class LocalCloudFront {
  private readonly code: string;
  private readonly originPath: string;
  private readonly custom: Record<string, string>;
  private readonly origin: string;

  constructor(collector: Collector) {
    const template = readFileSync(join(collector.assembly, 'Front.template.json'), 'utf8');
    const resources: Resource[] = Object.values(JSON.parse(template).Resources);
    const only = (type: string) => resources.find(({ Type }) => Type === type)!.Properties;
    const [{ OriginPath = '', OriginCustomHeaders }] =
      only('AWS::CloudFront::Distribution').DistributionConfig.Origins;
    this.code = only('AWS::CloudFront::Function').FunctionCode;
    this.originPath = OriginPath;
    // CloudFormation puts the same text into both.
    const secret = collector.edge.integration.environment.CLOUD_FRONT_SECRET;
    this.custom = Object.fromEntries(OriginCustomHeaders.map(({ HeaderName }) => [HeaderName, secret]));
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
