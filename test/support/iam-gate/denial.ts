/** How each protocol says that a call is not allowed. */
import { AwsRequest, queryParameters, targetOperation } from './aws-request';
import { Right } from './policy';

export interface Denial {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function denial(request: AwsRequest, { action, resource }: Right): Denial {
  const message = `User: ${request.role} is not authorized to perform: ${action} on resource: ${resource}`;
  if (request.service === 's3') {
    const body = `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
    return xml(403, request.method === 'HEAD' ? '' : body);
  }
  if (targetOperation(request) === undefined && queryParameters(request).has('Action')) {
    const code = request.service === 'ec2' ? 'UnauthorizedOperation' : 'AccessDenied';
    const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    return request.service === 'ec2'
      ? xml(403, `<Response><Errors>${error}</Errors></Response>`)
      : xml(403, `<ErrorResponse>${error}</ErrorResponse>`);
  }
  return {
    status: targetOperation(request) === undefined ? 403 : 400,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': 'AccessDeniedException' },
    body: JSON.stringify({ __type: 'AccessDeniedException', message, Message: message }),
  };
}

function xml(status: number, body: string): Denial {
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
