import { readFile } from 'node:fs/promises';
import { shiftDate } from '#local/shifted-date.ts';
import { CommandError } from '../command-line/options.ts';

export type StackOutputs = Readonly<Record<string, string>>;

/**
 * The outputs of the stack: of `npm start` by its control URL, of a deployed one by the file that the CDK wrote, or by
 * the environment. Against `npm start`, AWS and Stripe are pointed at it, as examples/create-customer does, and the process
 * goes by its clock from now on: what was sent an hour ago must look so to the functions, too.
 * @throws CommandError
 */
export async function readOutputs(where: string | undefined, env: NodeJS.ProcessEnv): Promise<StackOutputs> {
  if (where === undefined) return env as StackOutputs;
  if (!/^https?:\/\//.test(where)) return outputsOfFile(where);
  const control = where.replace(/\/+$/, '');
  const reply = await fetch(`${control}/outputs`).catch((error: Error) => error);
  if (reply instanceof Error || !reply.ok) throw new CommandError(`Nothing answers ${control}/outputs: is it running?`);
  Object.assign(env, {
    ...{ AWS_ENDPOINT_URL: control, STRIPE_API_BASE: control, AWS_REGION: 'us-east-1' },
    ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
  });
  // These would come first.
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete env[name];
  env['STRIPE_SECRET_KEY'] ??= 'sk_test_local';
  const clock = await fetch(`${control}/clock`, { method: 'POST', body: '{"advance_seconds":0}' });
  const { now } = (await clock.json()) as { now: string };
  const aheadMs = Date.parse(now) - Date.now();
  shiftDate(() => aheadMs);
  return (await reply.json()) as StackOutputs;
}

/** `{"concord-prod": {"CatalogTable": …}}`, perhaps among other stacks. */
async function outputsOfFile(path: string): Promise<StackOutputs> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandError(`--stack: there is no file ${path}.`);
  });
  let stacks: Record<string, StackOutputs>;
  try {
    stacks = JSON.parse(text);
  } catch {
    throw new CommandError(`--stack: ${path} is not JSON.`);
  }
  const fit = Object.values(stacks).filter((outputs) => outputs?.['CatalogTable'] !== undefined);
  if (fit.length === 1) return fit[0] as StackOutputs;
  throw new CommandError(`--stack: ${path} holds the outputs of ${fit.length} stacks that are Concord; it needs one.`);
}

/** @throws CommandError that names the output when it is not there */
export function outputOf(outputs: StackOutputs, name: string): string {
  const value = outputs[name];
  if (value !== undefined && value !== '') return value;
  throw new CommandError(`The stack's output ${name} is not given; --help says how to give it.`);
}
