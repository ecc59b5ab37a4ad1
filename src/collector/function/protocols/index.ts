import { awsClickstream } from './aws-clickstream';
import { ga4 } from './ga4';
import { jitsu } from './jitsu';
import { native } from './native';
import { posthog } from './posthog';
import { Protocol } from './protocol';
import { rudder } from './rudder';
import { segment } from './segment';
import { snowplow } from './snowplow';

/**
 * Every wire format the collector speaks. A new one is a file of its own and a line here. Of those that share a path
 * the first that claims it counts.
 */
export const PROTOCOLS: readonly Protocol[] = [
  native,
  posthog,
  segment,
  rudder,
  jitsu,
  snowplow,
  awsClickstream,
  ga4,
];
