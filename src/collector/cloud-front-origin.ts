import { aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import { CloudFrontUse } from './cloud-front-use';
import { ICollectorEndpoint } from './collector-endpoint';
import type { CollectorOptions } from './collector-options';
import { FirstPartyCookie } from './first-party-cookie';

/** The collector as the distribution in front of it has to know it. */
export interface CloudFrontOrigin {
  readonly use: CloudFrontUse;
  readonly secret: secretsmanager.ISecret;
  /** The edge's own: a custom domain may lead to the distribution by now. */
  readonly host: string;
  readonly path?: string;
  readonly cookie?: FirstPartyCookie;
}

/** @returns undefined without `collector.cloudFront` */
export function cloudFrontOriginOf(
  { cloudFrontSecret, edge }: ICollectorEndpoint, { cloudFront, firstPartyCookie }: CollectorOptions = {},
): CloudFrontOrigin | undefined {
  if (!cloudFront || !cloudFrontSecret) return undefined;
  return {
    use: cloudFront, secret: cloudFrontSecret, host: edge.ownHost, path: edge.ownPath, cookie: firstPartyCookie,
  };
}
