import { Reader, text } from './readers';
import { CanonicalEvent, EVENT_RULES } from '../../../contract/generated';

type Platform = NonNullable<CanonicalEvent['platform']>;

/** The names that clients have for platforms, in lower case. */
const PLATFORMS = new Map<string, Platform>([
  ...(EVENT_RULES.platform.values ?? []).map((name): [string, Platform] => [name, name as Platform]),
  // Snowplow: https://docs.snowplow.io/docs/sources/trackers/snowplow-tracker-protocol/
  ['mob', 'mobile'], ['pc', 'desktop'], ['srv', 'server'], ['app', 'desktop'], ['cnsl', 'console'],
  // Segment's and RudderStack's channels, and the names of their SDKs' systems
  ['browser', 'web'],
  ['iphone', 'ios'],
  ['ipados', 'ios'],
  ['ios_simulator', 'ios'],
  ['macos', 'desktop'],
  ['windows', 'desktop'],
  // PostHog's $lib
  ['js', 'web'], ['posthog-js', 'web'], ['posthog-ios', 'ios'], ['posthog-android', 'android'],
  ['posthog-react-native', 'mobile'], ['posthog-flutter', 'mobile'],
  ...['node', 'python', 'php', 'ruby', 'go', 'java', 'elixir', 'rust', 'dotnet', 'edge'].map(
    (language): [string, Platform] => [`posthog-${language}`, 'server'],
  ),
]);

/** The kind of system that the tracker ran on, translated into the contract's names. */
export const platform: Reader<string> = value => {
  const name = text(value);
  return name === undefined || name.length > 64 ? undefined : PLATFORMS.get(name.trim().toLowerCase());
};

const ZONE = /^(?:UTC|GMT|[A-Z][A-Za-z_]{1,30}(?:\/[A-Za-z0-9_+-]{1,30}){1,2})$/;

/** An IANA time zone; an offset is not, because it does not tell when summer begins. */
export const timezone: Reader<string> = value => (typeof value === 'string' && ZONE.test(value) ? value : undefined);
