import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Clock } from './runtime.ts';

export type StatesEngine = typeof import('aws-local-stepfunctions');

/**
 * Loads aws-local-stepfunctions so that its waits, timeouts and retry delays follow `clock`. It calls `setTimeout` and
 * `Date` as free names; its CommonJS text is compiled with these names bound to the clock, and the rest of the process
 * keeps the real ones.
 */
export function loadStatesEngine(root: string, clock: Clock): StatesEngine {
  const file = join(root, 'node_modules', 'aws-local-stepfunctions', 'build', 'main.node.cjs');
  const requireReal = createRequire(file);
  // The Lambda client is for tasks without a local handler, of which there are none; it would cost a fifth of a second.
  const requireNeeded = (name: string): unknown => (name.startsWith('@aws-sdk/') ? {} : requireReal(name));
  const names = {
    require: requireNeeded,
    setTimeout: (callback: () => void, delayMs = 0) => clock.setTimer(callback, Math.max(0, delayMs)),
    clearTimeout: (cancel?: () => void) => cancel?.(),
    Date: dateOf(clock),
  };
  const module = { exports: {} };
  const text = `${readFileSync(file, 'utf8')}\n//# sourceURL=${file}`;
  const body = new Function('module', 'exports', ...Object.keys(names), text);
  body(module, module.exports, ...Object.values(names));
  return module.exports as StatesEngine;
}

function dateOf(clock: Clock): DateConstructor {
  const follow = (args: readonly unknown[]) => (args.length === 0 ? [clock.now()] : args);
  return new Proxy(Date, {
    construct: (target, args, newTarget) => Reflect.construct(target, follow(args), newTarget),
    get: (target, key) => (key === 'now' ? () => clock.now() : Reflect.get(target, key)),
  });
}
