// The Kinesis emulator in a process of its own, for as long as its parent lives. Its argument: the folder of its data.
const kinesalite = require('kinesalite');

process.on('disconnect', () => process.exit());

const server = kinesalite({ path: process.argv[2], createStreamMs: 0, shardLimit: 100 });
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
