import { ClientIp, ConsentMode } from '../../../src';
import { Row } from '../row';

/** Settings of the collector function. */
export const PRIVACY_ROWS: Row[] = [{
  option: 'privacy.clientIp',
  change: '`DROP`',
  after: { privacy: { clientIp: ClientIp.DROP } },
  effects: {},
  note: 'Applies to new events. The rows that exist keep their addresses.',
}, {
  option: 'privacy.consentMode',
  change: '`ANONYMOUS`',
  after: { privacy: { consentMode: ConsentMode.ANONYMOUS } },
  effects: {},
  note: 'Applies to new events.',
}];
