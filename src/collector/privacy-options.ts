/** How much of a client's IP address reaches the stream. */
export enum ClientIp {
  /** Keeps the network: /24 of an IPv4 address, /48 of an IPv6 address. */
  TRUNCATE = 'truncate',
  /** Removes the address. */
  DROP = 'drop',
  /** Keeps the whole address. */
  FULL = 'full',
}

/** How the collector treats a browser's opt-out signals, `Sec-GPC: 1` and `DNT: 1`. */
export enum ConsentMode {
  /** Ignores them: the page decides whether to send. */
  IGNORE = 'ignore',
  /** Stores neither IP address nor cookie id, sets no cookie, and marks the event with `privacy_mode` `anonymous`. */
  ANONYMOUS = 'anonymous',
}

/**
 * IP-address and consent handling.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   privacy: { clientIp: ClientIp.DROP, consentMode: ConsentMode.ANONYMOUS },
 * });
 */
export interface PrivacyOptions {
  /**
   * How much of a client's IP address reaches the stream.
   *
   * @default ClientIp.TRUNCATE
   */
  readonly clientIp?: ClientIp;

  /**
   * How the collector treats a browser's opt-out signals.
   *
   * @default ConsentMode.IGNORE
   */
  readonly consentMode?: ConsentMode;
}
