/** What is kept of client addresses; the rest never reaches the stream. */
export enum ClientIp {
  /** The network: /24 of IPv4, /48 of IPv6. */
  TRUNCATE = 'truncate',
  /** Nothing. */
  DROP = 'drop',
  /** The whole address. */
  FULL = 'full',
}

/** What a browser's signals of refusal, `Sec-GPC: 1` and `DNT: 1`, mean. */
export enum ConsentMode {
  /** Nothing: whether to send is for the page to decide. */
  IGNORE = 'ignore',
  /** Neither address nor cookie id of the event is stored, no cookie is set, and its `privacy_mode` is `anonymous`. */
  ANONYMOUS = 'anonymous',
}

/** Options of privacy. */
export interface PrivacyOptions {
  /**
   * What is kept of client addresses.
   *
   * @default ClientIp.TRUNCATE
   */
  readonly clientIp?: ClientIp;

  /**
   * What a browser's signals of refusal mean.
   *
   * @default ConsentMode.IGNORE
   */
  readonly consentMode?: ConsentMode;
}
