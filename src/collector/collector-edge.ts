/** The service that takes the requests of trackers. docs/collector.md#edges compares them. */
export enum CollectorEdge {
  /** A REST API of API Gateway, which has everything. */
  REST_API = 'REST_API',

  /**
   * An HTTP API of API Gateway, at less than a third of the price of a request. It has no web ACL, and its own errors
   * are API Gateway's.
   */
  HTTP_API = 'HTTP_API',

  /**
   * The function's own URL, which costs nothing by the request. It has no custom domain, no web ACL, no throttle and no
   * access log.
   */
  FUNCTION_URL = 'FUNCTION_URL',
}
