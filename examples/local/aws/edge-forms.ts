/** The three kinds of edge: limits, events, answers. */
import { Answer, EdgeForm, ResponseType } from './edge-form';
import { EdgeTemplate, RestApi } from './edge-template';
import { gatewayResponse } from './gateway-responses';
import { answerOf, proxyEvent } from './proxy-event';
import { urlAnswerOf, urlEvent } from './url-event';

/** API Gateway: request line and headers together. */
const API_HEADER_BYTES = 10_240;
/** API Gateway: body. A function URL has only the limit of the event. */
const API_BODY_BYTES = 10 * 1024 * 1024;
const URL_BODY_BYTES = 6 * 1024 * 1024;

export function formOf(edge: EdgeTemplate): EdgeForm {
  switch (edge.kind) {
    case 'REST API': return restForm(edge);
    case 'HTTP API': return HTTP_FORM;
    case 'function URL': return URL_FORM;
  }
}

function restForm(api: RestApi): EdgeForm {
  const isListed = (contentType: string | undefined) =>
    ['*/*', mediaType(contentType)].some(type => api.binaryMediaTypes.includes(type));
  return {
    prefix: `/${api.stage}`,
    maxHeaderBytes: API_HEADER_BYTES,
    maxBodyBytes: API_BODY_BYTES,
    event: request => proxyEvent({ stage: api.stage, isBinary: isListed }, request),
    answer: result => {
      const answer = answerOf(result, api.binaryMediaTypes.length > 0);
      return answer && { ...answer, headers: { 'content-type': 'application/json', ...answer.headers } };
    },
    refusal: (type, request) => gatewayResponse(api, type, request),
  };
}

/** Only these come as text, whatever the bytes are: AWS says "binary", and this is what was observed of it. */
const TEXT = /^(text\/.*|application\/(json|javascript|xml))$/;

function isBinary(contentType: string | undefined): boolean {
  return !TEXT.test(mediaType(contentType));
}

function mediaType(contentType = ''): string {
  return contentType.split(';')[0].trim().toLowerCase();
}

/** Status and message that an HTTP API gives by itself; it has no gateway responses, and without settings no CORS. */
const HTTP_ANSWERS: Readonly<Record<ResponseType, [status: number, message: string]>> = {
  INTEGRATION_FAILURE: [500, 'Internal Server Error'],
  INTEGRATION_TIMEOUT: [503, 'Service Unavailable'],
  MISSING_AUTHENTICATION_TOKEN: [404, 'Not Found'],
  REQUEST_TOO_LARGE: [413, 'Request Entity Too Large'],
  THROTTLED: [429, 'Too Many Requests'],
  WAF_FILTERED: [403, 'Forbidden'],
  DEFAULT_4XX: [431, 'Request Header Fields Too Large'],
  DEFAULT_5XX: [500, 'Internal Server Error'],
};

const HTTP_FORM: EdgeForm = {
  prefix: '',
  maxHeaderBytes: API_HEADER_BYTES,
  maxBodyBytes: API_BODY_BYTES,
  event: request => proxyEvent({ stage: '$default', version: '1.0', isBinary }, request),
  answer: result => answerOf(result, true),
  refusal: (type, { requestId }) => {
    const [statusCode, message] = HTTP_ANSWERS[type];
    return jsonAnswer(statusCode, { message }, { 'apigw-requestid': requestId });
  },
};

/** Body of an answer that Lambda gives by itself. */
const URL_ANSWERS: Partial<Record<ResponseType, [status: number, body: object]>> = {
  REQUEST_TOO_LARGE: [413, { Message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation' }],
  THROTTLED: [429, {
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
    message: 'Rate Exceeded.',
  }],
};

const URL_FORM: EdgeForm = {
  prefix: '',
  maxHeaderBytes: Infinity,
  maxBodyBytes: URL_BODY_BYTES,
  event: request => urlEvent(request, isBinary(request.message.headers['content-type'])),
  answer: urlAnswerOf,
  refusal: (type, { requestId }) => {
    const [statusCode, body] = URL_ANSWERS[type] ?? [502, 'Internal Server Error'];
    return jsonAnswer(statusCode, body, { 'x-amzn-requestid': requestId });
  },
};

function jsonAnswer(statusCode: number, body: object | string, headers: Record<string, string>): Answer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}
