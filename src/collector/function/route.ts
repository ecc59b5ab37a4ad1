import { PROTOCOLS } from './protocols';
import { Endpoint } from './protocols/protocol';
import { CollectorRequest } from './request';
import { CollectorResponse, failure, nothing } from './responses';

/** Endpoints that may serve a request (protocols share some paths), or the response when no protocol does. */
export type Route = { readonly endpoints: readonly Endpoint[] } | { readonly response: CollectorResponse };

/** Whether any protocol serves the path, as {@link normalisePath} makes it. */
export function isServed(path: string): boolean {
  return endpointsAt(path).length > 0;
}

/** Endpoints of paths asked for before. Keys in paths make some of them endless, hence the bound. */
const known = new Map<string, readonly Endpoint[]>();
const MAX_KNOWN = 200;

function endpointsAt(path: string): readonly Endpoint[] {
  const found = known.get(path);
  if (found) return found;
  const endpoints = PROTOCOLS.flatMap(protocol => protocol.endpointsAt(path));
  if (endpoints.length > 0 && known.size < MAX_KNOWN) known.set(path, endpoints);
  return endpoints;
}

export function route({ method, path }: CollectorRequest): Route {
  const served = endpointsAt(path);
  if (served.length === 0) return { response: failure(404, 'unknown_path', 'No protocol is served at this path.') };
  // A monitor's HEAD asks whether the path is there; it never carries an event.
  if (method === 'HEAD') return { response: nothing };
  const endpoints = served.filter(endpoint => endpoint.methods.includes(method));
  if (endpoints.length > 0) return { endpoints };
  const allowed = [...new Set(served.flatMap(endpoint => endpoint.methods))].join(', ');
  return { response: failure(405, 'method_not_allowed', `This path takes ${allowed}.`, { Allow: allowed }) };
}
