import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SynthesizedStack } from './synthesized.ts';

const BUDGET_KB = {
  api: 600,
  cleanup: 600,
  console: 10,
  'delete-customer': 1000,
  'execution-ended-early': 600,
  maintenance: 900,
  reconcile: 1000,
  'retry-failed-syncs': 1000,
  saga: 1000,
  'sweep-events': 900,
  'sweep-operations': 600,
  sync: 1000,
  'validate-consistency': 900,
  webhook: 340,
};

/** How long, how often and how large functions are. */
export function tellFunctions(stack: SynthesizedStack): void {
  it('lets every function end before whoever waits for it does', () => {
    const longest: Record<string, number> = {
      cleanup: 300,
      reconcile: 300,
      'sweep-events': 300,
      'validate-consistency': 900,
    };
    for (const { Properties } of stack.ofType('AWS::Lambda::Function')) {
      const name = String(Properties['FunctionName']).replace('concord-prod-', '');
      const isWaitedFor = ['api', 'console', 'delete-customer', 'maintenance'].includes(name);
      expect([name, Number(Properties['Timeout']) <= (isWaitedFor ? 29 : (longest[name] ?? 60))]).toEqual([name, true]);
    }
  });

  it('gives whoever has a key of Stripe’s a rate, which all that may work at once keep in sum', () => {
    const rates = stack.ofType('AWS::Lambda::Function').flatMap(({ Properties }) => {
      const { FunctionName: name, Environment, ReservedConcurrentExecutions: reserved } = Properties;
      const { Variables = {} } = (Environment ?? {}) as { Variables?: Record<string, unknown> };
      const rate = Number(Variables['STRIPE_REQUESTS_PER_SECOND']);
      return 'STRIPE_KEY_ARN' in Variables
        ? [[String(name).replace('concord-prod-', ''), rate, reserved] as const]
        : [];
    });
    expect(rates.toSorted()).toEqual([
      ['delete-customer', 1, 3],
      ['maintenance', 2, 2],
      // One run at a time, whose steps come one after the other.
      ['reconcile', 1, undefined],
      ['retry-failed-syncs', 1, undefined],
      ['saga', 4, 2],
      ['sweep-events', 1, undefined],
      ['sync', 1, undefined],
      ['validate-consistency', 1, undefined],
    ]);
    const [mapping] = stack.ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    expect(mapping).toMatchObject({ ScalingConfig: { MaximumConcurrency: 4 } });
    const atOnce = (name: string, reserved: unknown) => (name === 'sync' ? 4 : Number(reserved ?? 1));
    const sum = rates.reduce((most, [name, rate, reserved]) => most + rate * atOnce(name, reserved), 0);
    expect(sum).toBeLessThanOrEqual(25);
  });

  it('reserves executions for webhooks, so that a flood of them takes none from the API', () => {
    expect(stack.functionNamed('webhook').Properties['ReservedConcurrentExecutions']).toBe(20);
    expect(stack.functionNamed('api').Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('has these schedules', () => {
    const rates = stack
      .ofType('AWS::Scheduler::Schedule')
      .map(({ Properties }) => [Properties['Name'], Properties['ScheduleExpression']]);
    expect(Object.fromEntries(rates)).toEqual({
      cleanup: 'rate(1 hour)',
      'retry-failed-syncs': 'rate(5 minutes)',
      'sweep-events': 'rate(15 minutes)',
      'sweep-operations': 'rate(1 minute)',
      'validate-consistency': 'rate(1 day)',
    });
  });

  it('has a budget for every bundle', () => {
    expect(readdirSync(join(stack.directory, 'bundles')).toSorted()).toEqual(Object.keys(BUDGET_KB));
  });

  it.each(Object.entries(BUDGET_KB))('keeps the bundle of %s under %d KB', (entry, budget) => {
    expect(statSync(join(stack.directory, 'bundles', entry, 'index.mjs')).size / 1024).toBeLessThanOrEqual(budget);
  });
}
