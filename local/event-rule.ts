import { randomUUID } from 'node:crypto';
import type { Queue } from './queue.ts';
import { accountId, region } from './resource-identity.ts';
import type { Clock, LocalFunction } from './runtime.ts';
import type { Execution, StateMachine } from './state-machine.ts';
import { asList, asRecord, type Resource } from './template.ts';

type Setup = {
  readonly clock: Clock;
  readonly machines: readonly StateMachine[];
  readonly functions: readonly LocalFunction[];
  readonly queues: readonly Queue[];
};

type Deliver = (event: unknown) => void;

/**
 * Attaches an `AWS::Events::Rule` to the only events there are on this machine: changes of an execution's status.
 * Throws when it has a schedule, or a target that the runner does not have: it would silently never fire.
 */
export function attachEventRule(resource: Resource, setup: Setup): void {
  const { logicalId, properties } = resource;
  if (properties['ScheduleExpression'] !== undefined) {
    throw new Error(`${logicalId}: the runner runs rules on events; scheduled ones are AWS::Scheduler::Schedule`);
  }
  if (properties['State'] === 'DISABLED') return;
  const targets = asList(properties['Targets']).map((target) => deliverTo(asRecord(target), logicalId, setup));
  for (const machine of setup.machines) {
    machine.onStatusChange((execution) => {
      const event = statusEvent(execution, setup.clock);
      if (!matches(event, properties['EventPattern'])) return;
      for (const deliver of targets) deliver(event);
    });
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
function statusEvent(execution: Readonly<Execution>, clock: Clock): object {
  const { arn, name, stateMachineArn, status, startedAtMs, stoppedAtMs, input, output, error, cause } = execution;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account: accountId,
    time: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
    region,
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn,
      name,
      status,
      startDate: startedAtMs,
      stopDate: stoppedAtMs ?? null,
      input,
      output: output ?? null,
      error: error ?? null,
      cause: cause ?? null,
    },
  };
}

/**
 * Whether each field that the pattern names has one of the values that it lists. Of the operators, `prefix` and
 * `anything-but` are known. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export function matches(event: unknown, pattern: unknown): boolean {
  return Object.entries(asRecord(pattern)).every(([field, wanted]) => {
    const value = asRecord(event)[field];
    if (!Array.isArray(wanted)) return matches(value, wanted);
    const values = Array.isArray(value) ? value : [value];
    return values.some((one) => wanted.some((rule) => matchesRule(one, rule)));
  });
}

function matchesRule(value: unknown, rule: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return value === rule;
  const [operator, operand] = Object.entries(rule)[0] ?? [];
  if (operator === 'prefix') return typeof value === 'string' && value.startsWith(String(operand));
  if (operator === 'anything-but') return ![operand].flat().includes(value);
  throw new Error(`The runner does not know the operator ${operator} of an event pattern`);
}

function deliverTo(target: Readonly<Record<string, unknown>>, rule: string, { functions, queues }: Setup): Deliver {
  if (target['InputTransformer'] !== undefined || target['InputPath'] !== undefined) {
    throw new Error(`${rule}: the runner hands events over whole, or a constant Input in their place`);
  }
  const constant = target['Input'];
  const inputOf = (event: unknown) => (typeof constant === 'string' ? JSON.parse(constant) : event);
  const found = functions.find(
    ({ name }) => target['Arn'] === `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  );
  if (found) return (event) => void found.invoke(inputOf(event));
  const queue = queues.find(({ arn }) => arn === target['Arn']);
  if (queue) return (event) => void queue.send(JSON.stringify(inputOf(event)));
  throw new Error(`${rule}: the runner has no target ${String(target['Arn'])}`);
}
