// A Kinesis that takes everything and keeps nothing, in a process of its own so that its CPU time is not counted. It
// lives as long as its parent.
const { createServer } = require('node:http');

process.on('disconnect', () => process.exit());

const STORED = {
  SequenceNumber: '49590338271490256608559692538361571095921575989136588898', ShardId: 'shardId-000000000000',
};
const answers = new Map();

/** An answer for as many records as were sent, made once for each number. */
function answerOf(records) {
  if (!answers.has(records)) {
    answers.set(records, JSON.stringify({ FailedRecordCount: 0, Records: Array(records).fill(STORED) }));
  }
  return answers.get(records);
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk));
  request.on('end', () => {
    const single = request.headers['x-amz-target'] === 'Kinesis_20131202.PutRecord';
    const recordCount = () => JSON.parse(Buffer.concat(chunks).toString()).Records.length;
    const body = single ? JSON.stringify(STORED) : answerOf(recordCount());
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': body.length });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
