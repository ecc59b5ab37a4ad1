import { Duration } from 'aws-cdk-lib';
import { TeardownTimeoutAction } from '../../../src';
import { DEFAULT, Row } from '../row';

const everyStep = { updates: ['Drain', 'Emptying', 'EniSweep'] };

/** The stack's deletion. An update of these resources does nothing by itself. */
export const TEARDOWN_ROWS: Row[] = [{
  option: 'teardown.timeout',
  change: 'another time',
  before: DEFAULT,
  after: { teardown: { timeout: Duration.minutes(20) } },
  effects: everyStep,
}, {
  option: 'teardown.onTimeout',
  change: '`CONTINUE`',
  before: DEFAULT,
  after: { teardown: { onTimeout: TeardownTimeoutAction.CONTINUE } },
  effects: everyStep,
}];
