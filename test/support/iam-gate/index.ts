/** The door to the IAM gate. */
export { IamGate, type IamGateOptions } from './iam-gate';
export { type Keys, keysOf } from './kms-rights';
export { type PhysicalNames } from './physical-names';
export { type Right, type Statement } from './policy';
export { type PolicyTemplate, rolePolicies, type RolePolicies } from './role-policies';
export { type Call, deniedCalls, unusedRights } from './usage';
