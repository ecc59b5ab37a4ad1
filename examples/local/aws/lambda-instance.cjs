// One execution environment of the local Lambda host: loads the handler, then answers one invocation at a time.
// Its arguments: the asset's folder and the handler, `<module>.<export>`. It talks to the host by Node's IPC channel.
const { join } = require('node:path');

const [folder, handlerName] = process.argv.slice(2);
const [moduleName, exportName] = handlerName.split('.');
process.on('disconnect', () => process.exit());

const handler = require(join(folder, moduleName))[exportName];
if (typeof handler !== 'function') {
  throw new Error(`Runtime.HandlerNotFound: ${handlerName} is undefined or not exported`);
}

const describe = error => ({ errorType: error?.name ?? 'Error', errorMessage: error?.message ?? String(error) });

process.on('message', async ({ event, requestId, deadline }) => {
  const context = {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    process.send({ result: await handler(event, context) });
  } catch (error) {
    process.send({ error: describe(error) });
  }
});
process.send({ ready: true });
