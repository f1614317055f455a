import { createClock } from '../../local/clock.ts';
import { attachEventRule, matches } from '../../local/event-rule.ts';
import type { Execution, StateMachine, StatusListener } from '../../local/state-machine.ts';
import { resourcesOf, scriptedFunction, succeeded } from './aws-fixture.ts';

const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:saga';

function attach(properties: object) {
  const listeners: StatusListener[] = [];
  // The rule looks at nothing else of a state machine.
  const machine = { onStatusChange: (listener: StatusListener) => listeners.push(listener) } as unknown as StateMachine;
  const resume = scriptedFunction('resume', () => succeeded(null));
  const Targets = [{ Id: 'one', Arn: 'arn:aws:lambda:us-east-1:000000000000:function:resume' }];
  const [resource] = resourcesOf({ Rule: { Type: 'AWS::Events::Rule', Properties: { Targets, ...properties } } });
  if (!resource) throw new Error('The template has the rule');
  attachEventRule(resource, { clock: createClock(), machines: [machine], functions: [resume], queues: [] });
  const change = (status: Execution['status']) => {
    const execution = { arn: 'arn:of:one', name: 'one', stateMachineArn, input: '{}', startedAtMs: 1, status };
    for (const listener of listeners) listener(execution);
  };
  return { change, resume };
}

describe('a rule on executions', () => {
  const EventPattern = {
    source: ['aws.states'],
    detail: { stateMachineArn: [stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
  };

  it('invokes its target for the statuses that it names, and for no other', () => {
    const { change, resume } = attach({ EventPattern });
    for (const status of ['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED'] as const) change(status);
    expect(resume.events).toMatchObject([
      { 'detail-type': 'Step Functions Execution Status Change', detail: { name: 'one', status: 'FAILED' } },
      { detail: { status: 'ABORTED' } },
    ]);
  });

  it('does nothing when it is disabled', () => {
    const { change, resume } = attach({ EventPattern, State: 'DISABLED' });
    change('FAILED');
    expect(resume.events).toEqual([]);
  });

  it('refuses what the runner could not do', () => {
    expect(() => attach({ ScheduleExpression: 'rate(1 minute)' })).toThrow('AWS::Scheduler::Schedule');
    expect(() => attach({ EventPattern, Targets: [{ Arn: 'arn:aws:sns:us-east-1:000000000000:topic' }] })).toThrow(
      'no target',
    );
  });
});

describe('an event pattern', () => {
  const event = { source: 'aws.states', resources: ['a', 'b'], detail: { name: 'saga-1', status: 'FAILED' } };

  it.each([
    [{ source: ['aws.states', 'aws.ec2'] }, true],
    [{ source: ['aws.ec2'] }, false],
    [{ resources: ['b'] }, true],
    [{ detail: { name: [{ prefix: 'saga-' }] } }, true],
    [{ detail: { name: [{ prefix: 'job-' }] } }, false],
    [{ detail: { status: [{ 'anything-but': ['SUCCEEDED'] }] } }, true],
    [{ detail: { status: [{ 'anything-but': 'FAILED' }] } }, false],
    [{ absent: ['x'] }, false],
  ])('%j', (pattern, expected) => expect(matches(event, pattern)).toBe(expected));

  it('with an operator that is not known is an error', () => {
    expect(() => matches(event, { source: [{ wildcard: '*' }] })).toThrow('wildcard');
  });
});
