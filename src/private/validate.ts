import { Arn, ArnFormat, Duration, Token } from 'aws-cdk-lib';

/** A property has a value that cannot work; thrown at synthesis, before anything is deployed. */
export class InvalidPropertyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidPropertyError';
  }
}

/** Unresolved tokens pass: their value is only known at deployment. */
export function requireBetween(property: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new InvalidPropertyError(`${property} must be a whole number between ${min} and ${max}, got ${value}`);
  }
}

/** Unresolved tokens pass. */
export function requireNumberBetween(property: string, value: number, min: number, max: number): void {
  if (Token.isUnresolved(value) || (value >= min && value <= max)) return;
  throw new InvalidPropertyError(`${property} must be a number between ${min} and ${max}, got ${value}`);
}

/** Unresolved durations pass. */
export function requireDurationBetween(
  property: string, value: Duration | undefined, min: Duration, max: Duration,
): void {
  if (value === undefined || value.isUnresolved()) return;
  if (value.toMilliseconds() < min.toMilliseconds() || value.toMilliseconds() > max.toMilliseconds()) {
    throw new InvalidPropertyError(
      `${property} must be between ${min.toHumanString()} and ${max.toHumanString()}, got ${value.toHumanString()}`);
  }
}

/** Unresolved tokens pass. */
export function requireMatch(property: string, value: string | undefined, pattern: RegExp, expected: string): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!pattern.test(value)) throw new InvalidPropertyError(`${property} must be ${expected}, got '${value}'`);
}

/**
 * Regions that are only known at deployment pass.
 *
 * @param expected the region in the words of the message
 */
export function requireInRegion(property: string, arn: string, region: string, expected: string): void {
  const found = Token.isUnresolved(arn) ? undefined : Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME).region;
  if (found === undefined || Token.isUnresolved(region) || found === region) return;
  throw new InvalidPropertyError(`${property} must be in ${expected}, got one in ${found}`);
}
