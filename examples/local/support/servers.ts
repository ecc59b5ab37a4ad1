/** Starting and stopping the HTTP servers of the local run. */
import { Server } from 'http';
import { AddressInfo } from 'net';
import { LocalRunError } from './errors.cjs';

/** @param name of the option that chooses the port @returns the port, which the system chooses when 0 is asked for */
export function listen(server: Server, port: number, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE'
      ? new LocalRunError(`port ${port} is in use`,
        `stop what listens there or choose another with --${name}-port <number> (0 = any free one)`)
      : error));
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise(resolve => server.close(() => resolve()));
}
