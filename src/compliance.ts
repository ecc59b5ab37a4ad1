/** Security rules that the resources follow. docs/security.md lists the exceptions of each with their reasons. */
export enum Compliance {
  /** The rules of cdk-nag's AWS Solutions and Serverless packs. */
  STANDARD = 'STANDARD',

  /**
   * Those of its NIST 800-53 r5 pack, too. It needs `encryptionKey` and `collector.webAcl` (and so a REST API), the
   * access logs cannot be switched off, and a VPC that is created gets a flow log, which AWS bills by the gigabyte.
   * Every alarm needs an action, which may also be added later.
   */
  STRICT = 'STRICT',
}
