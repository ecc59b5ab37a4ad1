// A function under measurement, in a process of its own: only its CPU time is counted. It lives as long as its parent.
// Its argument: the module with the handler. The first message holds the requests. Each later one, {count}, makes it
// answer that many of them, one after another as Lambda does.
const { performance } = require('node:perf_hooks');

const { handler } = require(process.argv[2]);
process.on('disconnect', () => process.exit());

const DEADLINE_MS = 10_000;
let requests;

async function run(count) {
  const latencies = new Float64Array(count);
  const statuses = {};
  const before = process.cpuUsage();
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    const deadline = Date.now() + DEADLINE_MS;
    const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => deadline - Date.now() };
    const { statusCode } = await handler(requests[index % requests.length], context);
    latencies[index] = performance.now() - started;
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
  }
  const { user, system } = process.cpuUsage(before);
  latencies.sort();
  const percentile = share => latencies[Math.min(count - 1, Math.floor(count * share))];
  const peakRssMib = process.resourceUsage().maxRSS / 1024;
  return { cpuSeconds: (user + system) / 1e6, p50: percentile(0.5), p99: percentile(0.99), statuses, peakRssMib };
}

process.on('message', async message => {
  if (message.requests) requests = message.requests;
  process.send(message.requests ? { ready: true } : await run(message.count));
});
