import type { ClickstreamLakehouseProps } from './clickstream-lakehouse-props';
import { InvalidPropertyError } from './private/validate';

/** Security rules that the resources follow. docs/security.md lists the exceptions of each with their reasons. */
export enum Compliance {
  /** The rules of cdk-nag's AWS Solutions and Serverless packs. */
  STANDARD = 'STANDARD',

  /**
   * Those of its NIST 800-53 r5 pack, too. It needs `encryptionKey` and `collector.webAcl`, the access logs cannot be
   * switched off, and a VPC that is created gets a flow log, which AWS bills by the gigabyte. Every alarm needs an
   * action, which may also be added later.
   */
  STRICT = 'STRICT',
}

/** Refuses options that STRICT does not allow, all at once. */
export function requireCompliant({ compliance, encryptionKey, collector, storage }: ClickstreamLakehouseProps): void {
  if (compliance !== Compliance.STRICT) return;
  const needed = [
    ...(encryptionKey ? [] : ['encryptionKey']),
    ...(collector?.webAcl ? [] : ['collector.webAcl']),
  ];
  const refused = [
    ...(collector?.accessLogs === false ? ['collector.accessLogs'] : []),
    ...(storage?.accessLogs === false ? ['storage.accessLogs'] : []),
  ];
  if (needed.length > 0) {
    throw new InvalidPropertyError(
      `compliance STRICT needs ${needed.join(' and ')}, got none: set ${needed.length > 1 ? 'them' : 'it'}, `
      + 'or choose STANDARD');
  }
  if (refused.length > 0) {
    throw new InvalidPropertyError(
      `compliance STRICT cannot be combined with ${refused.join(' and ')} false: leave `
      + `${refused.length > 1 ? 'them' : 'it'} out, or choose STANDARD`);
  }
}
