import { ClickstreamLakehouseProps } from './clickstream-lakehouse-props';
import { CollectorEdge } from './collector/collector-edge';
import { Compliance } from './compliance';
import { InvalidPropertyError } from './private/validate';

/** Refuses options that STRICT does not allow, all at once. */
export function requireCompliant({ compliance, encryptionKey, collector, storage }: ClickstreamLakehouseProps): void {
  if (compliance !== Compliance.STRICT) return;
  const { edge = CollectorEdge.REST_API } = collector ?? {};
  if (edge !== CollectorEdge.REST_API) {
    throw new InvalidPropertyError(
      `compliance STRICT needs a collector.edge that takes a web ACL, got ${edge}: take REST_API, or choose STANDARD`);
  }
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
