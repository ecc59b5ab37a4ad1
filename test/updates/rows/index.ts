import { COLLECTOR_ROWS } from './collector';
import { GENERAL_ROWS } from './general';
import { MONITORING_ROWS } from './monitoring';
import { NETWORK_ROWS } from './network';
import { PRIVACY_ROWS } from './privacy';
import { PROCESSING_ROWS } from './processing';
import { QUERY_ROWS } from './query';
import { STORAGE_ROWS } from './storage';
import { STREAM_ROWS } from './stream';
import { TEARDOWN_ROWS } from './teardown';

/** Each option at least once, in the order of the options. */
export const ROWS = [
  ...NETWORK_ROWS, ...GENERAL_ROWS, ...COLLECTOR_ROWS, ...STREAM_ROWS, ...PROCESSING_ROWS, ...STORAGE_ROWS,
  ...PRIVACY_ROWS, ...QUERY_ROWS, ...MONITORING_ROWS, ...TEARDOWN_ROWS,
];
