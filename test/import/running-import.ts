import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ImportReport } from '../../lib/service/import-report.ts';
import { compileCacheDirectory } from '../../local/compile-cache.ts';
import type { Stack } from '../stack/stack.ts';
import { readWorld, type World } from '../stack/world.ts';

export type Ended = { readonly code: number | null; readonly report: ImportReport; readonly errors: string };
type Running = { readonly process: ChildProcess; readonly ended: Promise<Ended> };

/** Starts `npm run import` against a running stack, of this checkout or of a copy of it. */
export function startImport(stack: Stack, args: readonly string[], directory = process.cwd()): Running {
  const child = spawn(process.execPath, ['bin/import.ts', '--stack', stack.control, '--json', ...args], {
    cwd: directory,
    env: { ...process.env, STRIPE_SECRET_KEY: 'sk_test_import', NODE_COMPILE_CACHE: compileCacheDirectory(directory) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([said, errors, [code]]) => ({ code, errors, report: JSON.parse(said || '{}') as ImportReport }),
  );
  return { process: child, ended };
}

export function runImport(stack: Stack, args: readonly string[], directory?: string): Promise<Ended> {
  return startImport(stack, args, directory).ended;
}

/** The world without what other deployments have in the same account, which is nothing of ours. */
export async function readOwnWorld(stack: Stack): Promise<World> {
  const world = await readWorld(stack);
  const stripe = world.stripe.filter(({ metadata }) => (metadata['concord_stage'] ?? 'local') === 'local');
  return { ...world, stripe };
}

/** What the import process itself has asked Stripe and DynamoDB, each action once. */
export async function actionsOfScript(stack: Stack): Promise<string[]> {
  const own = (await stack.calls()).filter((call) => call.function === 'script');
  return [...new Set(own.map(({ action }) => action))].sort();
}

/** Makes a customer in Stripe that Concord has not heard of: webhooks are to be held. */
export async function makeInStripe(stack: Stack, fields: Record<string, string>): Promise<string> {
  const reply = await fetch(`${stack.stripe}/v1/customers`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_dashboard', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields),
  });
  const { id } = (await reply.json()) as { id?: string };
  if (id === undefined) throw new Error(`Stripe made no customer: ${reply.status}.`);
  return id;
}
