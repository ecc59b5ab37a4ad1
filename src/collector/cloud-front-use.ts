/** Whether the collector takes requests only through a `CollectorDistribution`. */
export enum CloudFrontUse {
  /** Requests may come through the distribution or directly, as while trackers move from one URL to the other. */
  OPTIONAL = 'optional',
  /** A request that comes directly gets a 403 response, and nothing of it is stored. */
  REQUIRED = 'required',
}
