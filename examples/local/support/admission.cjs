// Who may ask a local server. CommonJS, because the Kinesis emulator runs as plain Node.

const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The reason to refuse a request, if there is one.
 *
 * A web page can make its own name point to this machine (DNS rebinding) and then read answers as if they were its own:
 * only the Host tells. A page that does not do that still sends its Origin with whatever it writes.
 */
function refusal({ url, headers, socket }, { anyHost = false, origins = 'own' } = {}) {
  const { host = '', origin } = headers;
  if (!url.startsWith('/')) return { status: 400, message: 'The request target must be a path.' };
  const names = OWN_NAMES.map(name => `${name}:${socket.localPort}`);
  if (!anyHost && !names.includes(host.toLowerCase())) {
    return { status: 421, message: `This server answers only to ${names.join(', ')}.` };
  }
  if (origin === undefined || origins === 'any' || (origins === 'own' && origin === `http://${host}`)) return undefined;
  return { status: 403, message: 'Pages of other origins may not ask this server.' };
}

module.exports = { refusal };
