import { smallStack } from './small-stack';
import { LambdaHost, LambdaHostOptions } from '../../../examples/local/aws/lambda-host';
import { readStack } from '../../../examples/local/aws/local-stack';

let host: LambdaHost;
let lines: string[];

beforeEach(() => { lines = []; });
afterEach(() => host.close());

function start(handler: string, timeoutSeconds = 10, options: Partial<LambdaHostOptions> = {}) {
  const { edge: api } = readStack(smallStack({ handler, timeoutSeconds, environment: { GREETING: 'hello' } }));
  host = new LambdaHost(api.integration, { onLogLine: line => lines.push(line), ...options });
  return host;
}

test('the handler sees the function\'s environment and nothing of this process', async () => {
  process.env.SECRET_OF_THE_DEVELOPER = 'visible';
  const platformEnvironment = { AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:1' };
  start('exports.handler = async () => process.env', 10, { platformEnvironment });
  const environment = await host.invoke({}, 'r1') as Record<string, string>;
  delete process.env.SECRET_OF_THE_DEVELOPER;
  expect(Object.keys(environment).sort()).toEqual([
    'AWS_ACCESS_KEY_ID', 'AWS_ENDPOINT_URL_KINESIS', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME',
    'AWS_REGION', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'GREETING', 'STREAM_NAME',
  ]);
  expect(environment).toMatchObject({ GREETING: 'hello', AWS_LAMBDA_FUNCTION_NAME: 'Collector' });
});

test('the context carries the request id and the time that is left', async () => {
  start(`exports.handler = async (event, { awsRequestId, getRemainingTimeInMillis }) =>
    ({ event, awsRequestId, left: getRemainingTimeInMillis() })`, 5);
  const { left, ...rest } = await host.invoke({ a: 1 }, 'r2') as { left: number };
  expect(rest).toEqual({ event: { a: 1 }, awsRequestId: 'r2' });
  expect(left).toBeGreaterThan(1000);
  expect(left).toBeLessThanOrEqual(5000);
});

test('a handler that throws fails that invocation only', async () => {
  start('let n = 0; exports.handler = async () => { n += 1; if (n === 1) throw new TypeError("no good"); return n; }');
  await expect(host.invoke({}, 'r'))
    .rejects.toMatchObject({ kind: 'handler', message: 'Collector threw TypeError: no good' });
  await expect(host.invoke({}, 'r')).resolves.toBe(2);
});

test('a handler that takes too long is killed at its deadline; the next request gets a new instance', async () => {
  start('exports.handler = event => event.hang ? new Promise(() => setInterval(() => {}, 1000)) : process.pid', 1);
  await expect(host.invoke({ hang: true }, 'r'))
    .rejects.toMatchObject({ kind: 'timeout', message: 'Collector timed out after 1.00 seconds' });
  await expect(host.invoke({}, 'r')).resolves.toEqual(expect.any(Number));
});

test('a process that dies fails its request; the next request gets a new instance', async () => {
  start('exports.handler = async event => event.die ? process.exit(3) : "alive"');
  await expect(host.invoke({ die: true }, 'r')).rejects.toMatchObject({ kind: 'crash' });
  await expect(host.invoke({}, 'r')).resolves.toBe('alive');
});

test('a bundle that cannot be loaded fails the request and says why in the log', async () => {
  start('throw new Error("broken bundle")');
  await expect(host.invoke({}, 'r'))
    .rejects.toMatchObject({ kind: 'crash', message: 'Collector ended while it was starting' });
  expect(lines.join('\n')).toContain('broken bundle');
});

test('an instance works on one request at a time, and waiting requests find a free one', async () => {
  start(`let running = 0;
    exports.handler = async () => {
      running += 1;
      await new Promise(done => setImmediate(done));
      const seen = running;
      running -= 1;
      return [process.pid, seen];
    }`, 10, { maxInstances: 2 });
  const requests = Array.from({ length: 20 }, (_, index) => host.invoke({}, `r${index}`));
  const answers = await Promise.all(requests) as [number, number][];
  expect(new Set(answers.map(([pid]) => pid)).size).toBeLessThanOrEqual(2);
  expect(answers.map(([, seen]) => seen)).toEqual(Array(20).fill(1));
});

test('a line that the handler logs reaches the log', async () => {
  start('exports.handler = async () => { console.log("one line"); }');
  await host.invoke({}, 'r');
  await host.close();
  expect(lines).toContain('one line');
});
