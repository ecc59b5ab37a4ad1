import { Duration, Size } from 'aws-cdk-lib';
import { Row } from '../row';

/** The Athena workgroup. */
export const QUERY_ROWS: Row[] = [{
  option: 'query.resultRetention',
  change: 'another time',
  after: { query: { resultRetention: Duration.days(1) } },
  effects: { updates: ['results bucket'] },
}, {
  option: 'query.scanLimit',
  change: 'another limit',
  after: { query: { scanLimit: Size.gibibytes(10) } },
  effects: { updates: ['workgroup'] },
}];
