import { WriteKeys } from '../../../src/collector/function/write-key';
import { SecretWriteKeys } from '../../../src/collector/function/write-keys-secret';

const MINUTE = 60_000;
const holding = (key: string) => JSON.stringify({ web: { keys: [key] } });
const denied = Object.assign(new Error('User may not read canary-arn'), { name: 'AccessDeniedException' });

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A secret whose readings come out as listed, the last one for ever. */
function secret(...outcomes: (string | Error | undefined)[]) {
  const log: string[] = [];
  const read = jest.fn(async () => {
    const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
  return { keys: new SecretWriteKeys(read, line => log.push(line)), read, log };
}

const knows = (keys: WriteKeys, body: string) => {
  try {
    return keys.authenticate({ body }).id === 'web';
  } catch (error) {
    return (error as Error).name;
  }
};

test('the secret is read at first use and once per five minutes, even by concurrent requests', async () => {
  const { keys, read } = secret(holding('a'));
  expect(read).not.toHaveBeenCalled();
  for (const current of await Promise.all([keys.current(), keys.current()])) expect(knows(current, 'a')).toBe(true);
  jest.advanceTimersByTime(5 * MINUTE - 1);
  await keys.current();
  expect(read).toHaveBeenCalledTimes(1);
});

test('after five minutes a new key is accepted and a removed key is refused', async () => {
  const { keys } = secret(holding('old'), holding('new'));
  await keys.current();
  jest.advanceTimersByTime(5 * MINUTE);
  const current = await keys.current();
  expect([knows(current, 'old'), knows(current, 'new')]).toEqual(['UnauthorizedError', true]);
});

test('when a read fails, the previous keys stay in use, the failure is logged, and the read is retried', async () => {
  const { keys, log, read } = secret(holding('a'), denied, holding('b'));
  await keys.current();
  jest.advanceTimersByTime(6 * MINUTE);
  expect(knows(await keys.current(), 'a')).toBe(true);
  expect(JSON.parse(log[0])).toEqual({
    level: 'ERROR', error: 'WriteKeysUnreadable', reason: 'AccessDeniedException', staleSeconds: 360,
  });
  await keys.current();
  expect(read).toHaveBeenCalledTimes(2); // no request waits again at once
  jest.advanceTimersByTime(5_000);
  expect(knows(await keys.current(), 'b')).toBe(true);
});

test('when the first read fails, keys are neither accepted nor refused, and the read is retried', async () => {
  const { keys, log } = secret(denied, holding('a'));
  expect(knows(await keys.current(), 'a')).toBe('KeysUnavailableError');
  expect(JSON.parse(log[0])).toEqual({ level: 'ERROR', error: 'WriteKeysUnreadable', reason: 'AccessDeniedException' });
  jest.advanceTimersByTime(5_000);
  expect(knows(await keys.current(), 'a')).toBe(true);
});

test.each([
  ['canary'],
  ['"canary"'],
  ['{}'],
  ['{"canary":{"keys":[]}}'],
  [undefined],
])('a secret that is not a map of keys (%s) counts as a failure and is not logged', async text => {
  const { keys, log } = secret(text);
  expect(knows(await keys.current(), 'a')).toBe('KeysUnavailableError');
  expect(log.join()).toContain('the secret is not of the form');
  expect(log.join()).not.toContain('canary');
});
