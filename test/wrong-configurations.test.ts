import { errorOf, wrongConfigurations } from './support/wrong-configurations';

/** Python gets the same table: test/package/python.test.ts. */
test('twenty mistakes and more are in the table', () => {
  expect(new Set(wrongConfigurations.map(({ message }) => message)).size).toBeGreaterThanOrEqual(20);
});

describe.each(wrongConfigurations.map(wrong => [wrong.wrong, wrong] as const))('%s', (_, wrong) => {
  test('is refused with a message', () => expect(errorOf(wrong)).toBe(wrong.message));

  test('is explained in one sentence: the property, what was found, what to do', () => {
    const [[stage, options]] = Object.entries(wrong.props);
    const isStage = typeof options === 'object' && !('call' in options || 'value' in options || stage === 'vpcSubnets');
    expect(wrong.message).toContain(isStage ? `${stage}.${Object.keys(options)[0]}` : stage);
    expect(wrong.message).toMatch(/, got |: (set|take|give|one of them must) /);
    expect(wrong.message).not.toContain('\n');
  });
});
