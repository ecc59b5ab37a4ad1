// The Kinesis emulator in a process of its own, for as long as its parent lives. Its argument: the folder of its data.
const { createServer } = require('node:http');
const { Readable } = require('node:stream');
const kinesalite = require('kinesalite');
const { refusal } = require('../support/admission.cjs');

process.on('disconnect', () => process.exit());

/** Kinesalite's own limit of a request. */
const MAX_BODY_BYTES = 7 * 1024 * 1024;

const [serve] = kinesalite({ path: process.argv[2], createStreamMs: 0, shardLimit: 100 }).listeners('request');
const waiting = new Set();

function answer(response, status, type, message) {
  waiting.delete(response);
  if (response.headersSent) return response.destroy();
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  return response.end(JSON.stringify({ __type: type, message }));
}

/** Kinesalite throws where a client leaves in the middle of its body, so it only gets requests that are complete. */
function serveWhole(request, response) {
  const chunks = [];
  let bytes = 0;
  request.on('data', chunk => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  request.on('end', () => {
    if (bytes > MAX_BODY_BYTES) return answer(response, 413, 'RequestTooLarge', 'The request is too large.');
    waiting.add(response);
    response.on('close', () => waiting.delete(response));
    const { method, url, headers } = request;
    return serve(Object.assign(Readable.from(chunks), { method, url, headers }), response);
  });
}

// Kinesalite throws what it does not expect of a request from its callbacks, which do not say whose they are.
process.on('uncaughtException', error => {
  process.stderr.write(`the Kinesis emulator failed: ${error.stack}\n`);
  for (const response of waiting) answer(response, 500, 'InternalFailure', 'The emulator failed.');
});

// SDKs send no Origin. A page does, and could otherwise write records from any web site.
const server = createServer((request, response) => {
  const refused = refusal(request, { origins: 'none' });
  if (!refused) return serveWhole(request, response);
  request.resume();
  return answer(response, refused.status, 'AccessDeniedException', refused.message);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
