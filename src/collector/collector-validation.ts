import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CollectorOptions, CustomDomainOptions, WriteKeySource } from './collector-options';
import { requireFittingEdge } from './edges';
import type { CollectorEnvironment } from './function/environment';
import { isSecretHeader, isServed, isUsableKey, normalisePath, ORIGIN_PATTERN } from './function/interface';
import { InvalidPropertyError, requireBetween, requireInRegion, requireMatch } from '../private/validate';

/**
 * Names and values of all variables of a function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_ENVIRONMENT_BYTES = 4096;

/** A stream's name has at most 128 characters, a secret's ARN rarely more than this. */
const LONGEST_NAME = 200;

/** Each is a metric and an alarm, and the dashboard has a line for it. */
const MAX_MEASURED_SOURCES = 20;
/** Usable as the value of a dimension in CloudWatch, and in a construct id. */
const SOURCE_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

export const DOMAIN_NAME = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const HEADER_NAME = /^[A-Za-z0-9_-]{1,128}$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;
const PATH = /^\/?[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*\/?$/;

/** @throws InvalidPropertyError that names the property, its value, and what it must be */
export function validateCollector(scope: Construct, options: CollectorOptions): void {
  requireBetween('collector.memorySize', options.memorySize, 128, 10_240);
  requireBetween('collector.reservedConcurrency', options.reservedConcurrency, 1, 1_000_000);
  requireBetween('collector.throttle.rateLimit', options.throttle?.rateLimit, 1, 1_000_000);
  requireBetween('collector.throttle.burstLimit', options.throttle?.burstLimit, 1, 1_000_000);
  requireFittingEdge(options);
  if (options.allowedOrigins) validateOrigins(options.allowedOrigins);
  if (options.writeKeys && options.writeKeysSecret) {
    throw new InvalidPropertyError(
      'collector.writeKeysSecret cannot be combined with collector.writeKeys: one of them must hold all keys');
  }
  if (options.writeKeys) validateWriteKeys(options.writeKeys);
  validateHookHeaders(options);
  if (options.pathAliases) validatePathAliases(options.pathAliases);
  if (options.customDomain) validateCustomDomain(scope, options.customDomain);
  if (options.firstPartyCookie) validateCookie(scope, options.firstPartyCookie._domain, options);
}

function validateOrigins(origins: string[]): void {
  if (origins.length === 0) {
    throw new InvalidPropertyError('collector.allowedOrigins is empty: leave it out to allow every origin');
  }
  for (const origin of origins) {
    requireMatch('collector.allowedOrigins', origin, ORIGIN_PATTERN,
      'origins: scheme and host without a path, like https://shop.example or https://*.shop.example');
  }
}

function validateWriteKeys(writeKeys: { [sourceId: string]: WriteKeySource }): void {
  const sources = Object.entries(writeKeys);
  if (sources.length === 0) {
    throw new InvalidPropertyError(
      'collector.writeKeys is empty: nobody could send events; leave it out to let anybody send');
  }
  const sourceOf = new Map<string, string>();
  for (const [source, { keys, rateLimit }] of sources) {
    const property = `collector.writeKeys['${source}']`;
    if (keys.length === 0) {
      throw new InvalidPropertyError(`${property}.keys must hold at least one key, got none: add one`);
    }
    requireBetween(`${property}.rateLimit`, rateLimit, 1, 1_000_000);
    if (keys.some(key => !Token.isUnresolved(key) && !isUsableKey(key))) {
      throw new InvalidPropertyError(
        `${property}.keys has a key that is blank or contains ***, as a masked key does: no client could send it`);
    }
    for (const key of keys) {
      const other = sourceOf.get(key) ?? source;
      if (other !== source) {
        throw new InvalidPropertyError(
          `collector.writeKeys['${other}'] and ${property} have the same key: give each source its own`);
      }
      sourceOf.set(key, source);
    }
  }
}

/** @throws InvalidPropertyError */
export function validateMeasuredSources(
  sources: string[], { writeKeys, writeKeysSecret }: Pick<CollectorOptions, 'writeKeys' | 'writeKeysSecret'>,
): void {
  const property = 'monitoring.eventVolumeAnomaly.sources';
  if (sources.length < 1 || sources.length > MAX_MEASURED_SOURCES) {
    throw new InvalidPropertyError(
      `${property} must be one to ${MAX_MEASURED_SOURCES} source ids, got ${sources.length}`);
  }
  const repeated = sources.find((source, index) => sources.indexOf(source) !== index);
  if (repeated !== undefined) {
    throw new InvalidPropertyError(`${property} must have each source once, got '${repeated}' twice`);
  }
  for (const source of sources) requireMatch(property, source, SOURCE_ID, 'ids of letters, digits, _ . and -');
  if (!writeKeys && !writeKeysSecret) {
    throw new InvalidPropertyError(
      `${property} need collector.writeKeys or collector.writeKeysSecret: without keys there are no sources`);
  }
  const unknown = writeKeys && sources.find(source => !Object.hasOwn(writeKeys, source));
  if (unknown !== undefined) {
    throw new InvalidPropertyError(
      `${property} must be among ${Object.keys(writeKeys!).join(', ')} of collector.writeKeys, got '${unknown}'`);
  }
}

function validateHookHeaders({ preprocess, preprocessHeaders = [] }: CollectorOptions): void {
  if (preprocessHeaders.length > 0 && !preprocess) {
    throw new InvalidPropertyError(
      'collector.preprocessHeaders names headers for collector.preprocess, which is not set: set it, or leave them '
      + 'out');
  }
  for (const name of preprocessHeaders) {
    requireMatch('collector.preprocessHeaders', name, HEADER_NAME, 'names of headers, like x-shop');
    if (Token.isUnresolved(name) || !isSecretHeader(name)) continue;
    throw new InvalidPropertyError(
      `collector.preprocessHeaders has '${name}', which holds a secret or an address that a hook may not see`);
  }
}

function validatePathAliases(aliases: { [alias: string]: string }): void {
  for (const [alias, path] of Object.entries(aliases)) {
    const property = `collector.pathAliases['${alias}']`;
    if (!PATH.test(alias) || normalisePath(alias) === '') {
      throw new InvalidPropertyError(`collector.pathAliases must name paths like shop/track, got '${alias}'`);
    }
    if (isServed(normalisePath(alias))) {
      throw new InvalidPropertyError(`${property} is a path that the collector serves already: take another name`);
    }
    if (!isServed(normalisePath(path))) {
      throw new InvalidPropertyError(
        `${property} must be a path that the collector serves, like com.snowplowanalytics.snowplow/tp2, got '${path}'`);
    }
  }
}

function validateCustomDomain(scope: Construct, options: CustomDomainOptions): void {
  const { domainName, basePath, certificate, hostedZone } = options;
  requireMatch('collector.customDomain.domainName', domainName, DOMAIN_NAME,
    'a name in lower case like collect.shop.example');
  requireMatch('collector.customDomain.basePath', basePath, SEGMENT, 'one segment without slashes');
  const { region } = Stack.of(scope);
  requireInRegion(
    'collector.customDomain.certificate', certificate.certificateArn, region, `the region of the stack, ${region}`);
  if (hostedZone) requireInZone(domainName, zoneNameOf(hostedZone));
}

/** A zone imported by its id alone throws when it is asked for its name. */
function zoneNameOf(zone: { readonly zoneName: string }): string | undefined {
  try {
    return zone.zoneName;
  } catch {
    return undefined;
  }
}

function requireInZone(domainName: string, zoneName: string | undefined): void {
  if (zoneName === undefined || mayBeWithin(domainName, zoneName)) return;
  throw new InvalidPropertyError(
    `collector.customDomain.hostedZone must be of '${domainName}' or a domain above it, got '${zoneName}'`);
}

/** True, too, while one of the names is only known at deployment. */
export function mayBeWithin(name: string, domain: string): boolean {
  if (Token.isUnresolved(name) || Token.isUnresolved(domain)) return true;
  const parent = domain.replace(/\.$/, '').toLowerCase();
  return name === parent || name.endsWith(`.${parent}`);
}

/** @param where in the words of the warning */
export function warnOfThirdPartyCookie(scope: Construct, where: string): void {
  Annotations.of(scope).addWarningV2('cdk-clickstream-lakehouse:thirdPartyCookie',
    `collector.firstPartyCookie is set${where} the cookie is a third party's, which browsers refuse`);
}

/** Browsers refuse a cookie for a domain that the response does not come from. A distribution checks its own. */
function validateCookie(
  scope: Construct, cookieDomain: string | undefined, { customDomain, cloudFront }: CollectorOptions,
): void {
  if (!customDomain) {
    if (cloudFront) return;
    warnOfThirdPartyCookie(scope, " without collector.customDomain: at the API's own URL");
    return;
  }
  const { domainName } = customDomain;
  if (cookieDomain === undefined || mayBeWithin(domainName, cookieDomain)) return;
  throw new InvalidPropertyError(
    `collector.firstPartyCookie must be for '${domainName}' or a domain above it, got '${cookieDomain}'`);
}

/** A value that is only known at deployment counts as a long name. */
export function requireFittingEnvironment(environment: CollectorEnvironment): void {
  const bytes = Object.entries(environment).reduce((sum, [name, value]: [string, string]) =>
    sum + name.length + (Token.isUnresolved(value) ? LONGEST_NAME : Buffer.byteLength(value)), 0);
  if (bytes <= MAX_ENVIRONMENT_BYTES) return;
  throw new InvalidPropertyError(
    'collector.writeKeys, pathAliases, allowedOrigins and preprocessHeaders must fit the environment of a function, '
    + `${MAX_ENVIRONMENT_BYTES} bytes, got ${bytes}: keep the write keys in a secret, collector.writeKeysSecret`);
}
