// Kinesalite on a free loopback port; prints {"port": n} once it listens and ends with its standard input.
const kinesalite = require('kinesalite');

const server = kinesalite({ createStreamMs: 10, deleteStreamMs: 10, updateStreamMs: 10, shardLimit: 20 });
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
