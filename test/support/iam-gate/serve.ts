/**
 * The gate in a process of its own, before an emulator whose IAM holds the policies.
 *
 * Usage: serve.ts <emulator's endpoint> <log>. Prints the gate's endpoint, and appends to the log, a line of JSON each,
 * every right that a call needed and every request that could not be judged. It ends when its standard input does, and
 * so with whoever started it.
 */
import { appendFileSync } from 'fs';
import { emulatedPolicies, interfaceContext } from './emulated-account';
import { IamGate } from './iam-gate';

/** Signing names of the services that the functions use. */
const SERVICES = ['ec2', 'glue', 'kinesis', 'lambda', 'monitoring', 's3', 'secretsmanager', 'states'];

/** The emulator's path for answers to CloudFormation, which on AWS are sent to a pre-signed URL. */
const RESPONSES = /^\/_ministack\/cfn-response\//;

async function main([emulator, log]: readonly string[]) {
  // Written at once: a test reads the log as soon as a call has been answered.
  const append = (entry: object) => appendFileSync(log, `${JSON.stringify(entry)}\n`);
  const gate = await IamGate.start({
    services: Object.fromEntries(SERVICES.map(service => [service, emulator])),
    policies: emulatedPolicies(emulator),
    context: interfaceContext(emulator),
    presigned: { path: RESPONSES, upstream: emulator },
    onCall: append,
    onFailure: ({ message }) => append({ failure: message }),
  });
  process.stdin.resume().once('end', () => process.exit());
  console.log(gate.endpoint);
}

void main(process.argv.slice(2));
