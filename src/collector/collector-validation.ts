import { Annotations, Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CustomDomainOptions, IngestionOptions, WriteKeySource } from './collector-options';
import type { CollectorEnvironment } from './function/environment';
import { isServed, normalisePath } from './function/interface';
import { InvalidPropertyError, requireBetween, requireMatch } from '../private/validate';

/** All variables of a function, names and values: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ENVIRONMENT_BYTES = 4096;

/** A stream's name has at most 128 characters, a secret's ARN rarely more than this. */
const LONGEST_NAME = 200;

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/\s',]+$/;
const DOMAIN_NAME = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;
const PATH = /^\/?[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*\/?$/;

/** @throws InvalidPropertyError naming the property, what it is, and what it must be */
export function validateIngestion(scope: Construct, options: IngestionOptions): void {
  requireBetween('ingestion.memorySize', options.memorySize, 128, 10_240);
  requireBetween('ingestion.reservedConcurrency', options.reservedConcurrency, 1, 1_000_000);
  requireBetween('ingestion.throttle.rateLimit', options.throttle?.rateLimit, 1, 1_000_000);
  requireBetween('ingestion.throttle.burstLimit', options.throttle?.burstLimit, 1, 1_000_000);
  if (options.allowedOrigins?.length === 0) throw new InvalidPropertyError('ingestion.allowedOrigins is empty: leave it out to allow every origin');
  for (const origin of options.allowedOrigins ?? []) {
    requireMatch('ingestion.allowedOrigins', origin, ORIGIN, 'origins: scheme and host without a path, like https://shop.example');
  }
  if (options.writeKeys && options.writeKeysSecret) {
    throw new InvalidPropertyError('ingestion.writeKeysSecret excludes ingestion.writeKeys: one of them must hold all keys');
  }
  if (options.writeKeys) validateWriteKeys(options.writeKeys);
  if (options.pathAliases) validatePathAliases(options.pathAliases);
  if (options.customDomain) validateCustomDomain(scope, options.customDomain);
  if (options.firstPartyCookie) validateCookie(scope, options.firstPartyCookie._domain, options.customDomain);
}

function validateWriteKeys(writeKeys: { [sourceId: string]: WriteKeySource }): void {
  const sources = Object.entries(writeKeys);
  if (sources.length === 0) throw new InvalidPropertyError('ingestion.writeKeys is empty: nobody could send events; leave it out to let anybody');
  for (const [source, { keys }] of sources) {
    if (keys.length === 0 || keys.some(key => !Token.isUnresolved(key) && key.trim() === '')) {
      throw new InvalidPropertyError(`ingestion.writeKeys['${source}'].keys must hold at least one key and no empty one`);
    }
  }
}

function validatePathAliases(aliases: { [alias: string]: string }): void {
  for (const [alias, path] of Object.entries(aliases)) {
    const property = `ingestion.pathAliases['${alias}']`;
    if (!PATH.test(alias) || normalisePath(alias) === '') {
      throw new InvalidPropertyError(`ingestion.pathAliases must name paths like shop/track, got '${alias}'`);
    }
    if (isServed(normalisePath(alias))) throw new InvalidPropertyError(`${property} is a path that the collector serves already`);
    if (!isServed(normalisePath(path))) {
      throw new InvalidPropertyError(`${property} must be a path that the collector serves, like com.snowplowanalytics.snowplow/tp2, got '${path}'`);
    }
  }
}

function validateCustomDomain(scope: Construct, { domainName, basePath, certificate, hostedZone }: CustomDomainOptions): void {
  requireMatch('ingestion.customDomain.domainName', domainName, DOMAIN_NAME, 'a name in lower case like collect.shop.example');
  requireMatch('ingestion.customDomain.basePath', basePath, SEGMENT, 'one segment without slashes');
  const { region } = Stack.of(scope);
  const certified = Token.isUnresolved(certificate.certificateArn)
    ? undefined : Arn.split(certificate.certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region;
  if (certified !== undefined && !Token.isUnresolved(region) && certified !== region) {
    throw new InvalidPropertyError(`ingestion.customDomain.certificate must be in the region of the stack, ${region}, got one in ${certified}`);
  }
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
  if (zoneName === undefined || Token.isUnresolved(zoneName) || Token.isUnresolved(domainName) || isWithin(domainName, zoneName)) return;
  throw new InvalidPropertyError(`ingestion.customDomain.hostedZone must be of '${domainName}' or a domain above it, got '${zoneName}'`);
}

function isWithin(name: string, domain: string): boolean {
  const parent = domain.replace(/\.$/, '').toLowerCase();
  return name === parent || name.endsWith(`.${parent}`);
}

/** Browsers refuse a cookie for a domain that the answer does not come from. */
function validateCookie(scope: Construct, cookieDomain: string | undefined, customDomain: CustomDomainOptions | undefined): void {
  if (!customDomain) {
    Annotations.of(scope).addWarningV2('cdk-clickstream-lakehouse:thirdPartyCookie',
      'ingestion.firstPartyCookie is set without ingestion.customDomain: at the API\'s own URL the cookie is a third party\'s, which browsers refuse');
    return;
  }
  const { domainName } = customDomain;
  if (cookieDomain === undefined || Token.isUnresolved(cookieDomain) || Token.isUnresolved(domainName) || isWithin(domainName, cookieDomain)) return;
  throw new InvalidPropertyError(`ingestion.firstPartyCookie must be for '${domainName}' or a domain above it, got '${cookieDomain}'`);
}

/** What is only known at deployment counts as a long name. */
export function requireFittingEnvironment(environment: CollectorEnvironment): void {
  const bytes = Object.entries(environment).reduce((sum, [name, value]: [string, string]) =>
    sum + name.length + (Token.isUnresolved(value) ? LONGEST_NAME : Buffer.byteLength(value)), 0);
  if (bytes <= MAX_ENVIRONMENT_BYTES) return;
  throw new InvalidPropertyError('ingestion.writeKeys, pathAliases and allowedOrigins must fit the environment of a function, '
    + `${MAX_ENVIRONMENT_BYTES} bytes, got ${bytes}: keep the write keys in a secret, ingestion.writeKeysSecret`);
}
