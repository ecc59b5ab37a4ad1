import { aws_cloudfront as cloudfront } from 'aws-cdk-lib';
import { ADDRESS_HEADER, HOST_HEADER } from './function/interface';

/**
 * Tells the collector the visitor's address and the host that the visitor asked for. It overwrites what a client sent.
 *
 * CloudFront's own header for the address cannot be used: an origin request policy that adds it passes on either Host,
 * which an API refuses, or only the headers that it names.
 */
export const VISITOR_FUNCTION = cloudfront.FunctionCode.fromInline(`function handler(event) {
  var request = event.request;
  request.headers['${ADDRESS_HEADER}'] = { value: event.viewer.ip };
  request.headers['${HOST_HEADER}'] = { value: request.headers.host.value };
  return request;
}
`);
