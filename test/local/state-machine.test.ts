import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { createClock } from '../../local/clock.ts';
import { contextOf } from '../../local/context.ts';
import type { Gateway } from '../../local/gateway.ts';
import { definitionOf } from '../../local/state-definition.ts';
import { createStateMachine, type StateMachine } from '../../local/state-machine.ts';
import { loadStatesEngine } from '../../local/states-engine.ts';
import { createStatesService } from '../../local/states-service.ts';
import { synthesize } from '../../local/synth.ts';
import { resolveTemplate } from '../../local/template.ts';
import {
  clientConfig,
  failed,
  resourcesOf,
  type ScriptedFunction,
  scriptedFunction,
  startEndpoint,
  succeeded,
  until,
} from './aws-fixture.ts';

let clock = createClock();
let machine: StateMachine;
let gateway: Gateway;
let client: SFNClient;
let transitions = 0;
const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:saga';

const invokeSteps = (fields: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: {
    FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:steps',
    Payload: { 'id.$': '$.id', 'execution.$': '$$.Execution.Name' },
  },
  ...fields,
});

async function run(definition: object, answer: Parameters<typeof scriptedFunction>[1]): Promise<ScriptedFunction> {
  clock = createClock();
  const steps = scriptedFunction('steps', answer);
  const [resource] = resourcesOf({
    Saga: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { StateMachineName: 'saga', DefinitionString: JSON.stringify(definition) },
    },
  });
  if (!resource) throw new Error('The template has the state machine');
  transitions = 0;
  const onTransition = () => {
    transitions += 1;
  };
  const engine = loadStatesEngine(process.cwd(), clock);
  machine = createStateMachine(resource, { engine, clock, functions: [steps], onTransition });
  gateway = await startEndpoint(clock, { states: createStatesService([machine]) });
  client = new SFNClient(clientConfig(gateway));
  return steps;
}

const start = (name = 'one', input: object = { id: 7 }) =>
  client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
const describeOne = (name = 'one') =>
  client.send(
    new DescribeExecutionCommand({ executionArn: `arn:aws:states:us-east-1:000000000000:execution:saga:${name}` }),
  );
const ended = async (name = 'one') => {
  await until(() => machine.find(name)?.status !== 'RUNNING');
  return describeOne(name);
};

afterEach(() => {
  client.destroy();
  gateway.close();
});

const oneStep = { StartAt: 'Step', States: { Step: invokeSteps({ End: true }) } };

describe('a state machine, as the SDK sees it', () => {
  it('invokes its function with the processed parameters and answers its output', async () => {
    const steps = await run(oneStep, () => succeeded({ outcome: 'accepted' }));
    await start();
    const { status, output, input, startDate, stopDate } = await ended();
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output ?? '')).toMatchObject({ Payload: { outcome: 'accepted' }, StatusCode: 200 });
    expect(steps.events).toEqual([{ id: 7, execution: 'one' }]);
    expect(input).toBe('{"id":7}');
    expect(stopDate?.getTime()).toBeGreaterThanOrEqual(startDate?.getTime() ?? Number.NaN);
  });

  it('answers the same start again while it runs, and refuses the name ever after', async () => {
    let release = () => {};
    const steps = await run(oneStep, () => new Promise((resolve) => (release = () => resolve(succeeded(null)))));
    const [first, second] = [await start(), await start()];
    expect(second).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
    await expect(start('one', { id: 8 })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await until(() => steps.events.length === 1);
    release();
    await ended();
    await expect(start()).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(steps.events).toHaveLength(1);
  });

  it.each([
    [{ name: 'with a space' }, 'InvalidName'],
    [{ input: 'not JSON' }, 'InvalidExecutionInput'],
    [{ stateMachineArn: `${stateMachineArn}s` }, 'StateMachineDoesNotExist'],
  ])('refuses to start with %j', async (fields, name) => {
    await run(oneStep, () => succeeded(null));
    await expect(client.send(new StartExecutionCommand({ stateMachineArn, ...fields }))).rejects.toMatchObject({
      name,
    });
  });

  it('ends as FAILED with the error type of its function', async () => {
    await run(oneStep, () => failed('StripeUnavailable'));
    await start();
    expect(await ended()).toMatchObject({
      status: 'FAILED',
      error: 'StripeUnavailable',
      cause: '{"errorType":"StripeUnavailable","errorMessage":"told so"}',
    });
  });

  it('retries what Retry names after its delay by the clock, then catches', async () => {
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 600, BackoffRate: 2, MaxAttempts: 2 }];
    const Catch = [{ ErrorEquals: ['Busy'], ResultPath: '$.failure', Next: 'Caught' }];
    const States = { Step: invokeSteps({ Retry, Catch, End: true }), Caught: { Type: 'Succeed' } };
    const steps = await run({ StartAt: 'Step', States }, () => failed('Busy'));
    await start();
    await until(() => steps.events.length === 1 && clock.timers().waiting > 0);
    for (const [seconds, attempts] of [
      [600, 2],
      [1200, 3],
    ] as const) {
      await until(() => steps.running() === 0);
      await new Promise((resolve) => setTimeout(resolve, 10));
      clock.advance(seconds - 1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(steps.events).toHaveLength(attempts - 1);
      clock.advance(1);
      await until(() => steps.events.length === attempts);
    }
    const { status, output } = await ended();
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output ?? '')).toMatchObject({ id: 7, failure: { Error: 'Busy' } });
    // The step, its two retries, and where it was caught.
    await until(() => transitions === 4);
  });

  it('waits by the clock', async () => {
    await run({ StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 3600, End: true } } }, () => succeeded(null));
    await start();
    await until(() => clock.timers().waiting === 1);
    expect((await describeOne()).status).toBe('RUNNING');
    clock.advance(3600);
    const { startDate, stopDate } = await ended();
    expect((stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0)).toBeGreaterThanOrEqual(3_599_000);
  });

  it('gives up on a task after its timeout, and never when it has none', async () => {
    const Catch = [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.failure', Next: 'Second' }];
    const States = {
      First: invokeSteps({ TimeoutSeconds: 60, Catch, Next: 'Second' }),
      Second: invokeSteps({ End: true }),
    };
    let release = () => {};
    const steps = await run(
      { StartAt: 'First', States },
      () => new Promise((resolve) => (release = () => resolve(succeeded(2)))),
    );
    await start();
    await until(() => steps.events.length === 1);
    clock.advance(60);
    await until(() => steps.events.length === 2);
    clock.advance(86_400);
    await new Promise((resolve) => setTimeout(resolve, 10));
    release();
    expect((await ended()).status).toBe('SUCCEEDED');
  });

  it('ends as TIMED_OUT after the timeout of the machine, uncaught, and tries nothing more', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1000 }];
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    const States = { Step: invokeSteps({ Retry, Catch, End: true }), Caught: { Type: 'Succeed' } };
    const steps = await run({ StartAt: 'Step', TimeoutSeconds: 100, States }, () => failed('Busy'));
    await start();
    await until(() => steps.events.length === 1 && steps.running() === 0);
    clock.advance(100);
    expect((await ended()).status).toBe('TIMED_OUT');
    clock.advance(5000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(steps.events).toHaveLength(1);
    expect(clock.timers().waiting).toBe(0);
  });

  it('is stopped as ABORTED, and tells every change of status', async () => {
    const statuses: string[] = [];
    const steps = await run(oneStep, () => new Promise(() => {}));
    machine.onStatusChange(({ name, status }) => statuses.push(`${name} ${status}`));
    const { executionArn } = await start();
    await until(() => steps.events.length === 1);
    await client.send(new StopExecutionCommand({ executionArn, error: 'Operator', cause: 'by hand' }));
    expect(await describeOne()).toMatchObject({ status: 'ABORTED', error: 'Operator', cause: 'by hand' });
    expect(statuses).toEqual(['one RUNNING', 'one ABORTED']);
    expect(machine.running()).toBe(0);
  });

  it('lists its executions, newest first and by status', async () => {
    await run(oneStep, (_, nth) => (nth === 1 ? failed('Busy') : succeeded(null)));
    await start('one');
    await ended('one');
    await start('two');
    await ended('two');
    const list = async (fields = {}) =>
      (await client.send(new ListExecutionsCommand({ stateMachineArn, ...fields }))).executions?.map(
        ({ name }) => name,
      );
    expect(await list()).toEqual(['two', 'one']);
    expect(await list({ statusFilter: 'FAILED' })).toEqual(['one']);
  });

  it('fails an execution whose task returns more than Step Functions can hold, uncaught', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    const States = { Step: invokeSteps({ Catch, End: true }), Caught: { Type: 'Succeed' } };
    await run({ StartAt: 'Step', States }, () => succeeded('x'.repeat(262_145)));
    await start();
    expect(await ended()).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

describe('a state machine that the runner cannot run', () => {
  it('names the tasks of services that it does not have', async () => {
    await run(
      { StartAt: 'Tell', States: { Tell: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } } },
      () => succeeded(null),
    );
    expect(machine.notRun).toEqual(['task Tell (arn:aws:states:::sns:publish)']);
  });

  it('tells by Lambda’s own name that a function was not let in, so that the task can stand in line', async () => {
    const Retry = [{ ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const definition = { StartAt: 'Step', States: { Step: invokeSteps({ Retry, End: true }) } };
    const steps = await run(definition, (_, nth) => (nth === 1 ? failed('TooManyRequestsException') : succeeded(null)));
    await start();
    await until(() => steps.events.length === 1 && clock.timers().waiting > 0);
    clock.advance(1);
    expect((await ended()).status).toBe('SUCCEEDED');
  });

  it('names what its engine ignores', async () => {
    const Rest = { Type: 'Wait', Seconds: 1, End: true };
    const Step = invokeSteps({
      HeartbeatSeconds: 5,
      ResultSelector: { 'tries.$': '$$.State.RetryCount' },
      Next: 'Rest',
    });
    await run({ StartAt: 'Step', States: { Step, Rest } }, () => succeeded(null));
    expect(machine.notRun).toEqual(['heartbeats', '$$.State and $$.Task of the context object']);
  });
});

describe("this checkout's state machines", () => {
  // The runner does not look again: to compile the schema of the States Language takes most of a second.
  it('have definitions that the States Language allows', async () => {
    const assembly = await synthesize(process.cwd(), contextOf({ useSandbox: true }));
    const { StateMachine: Validating } = loadStatesEngine(process.cwd(), clock);
    const validate = (definition: object) =>
      new Validating(definition as never, { validationOptions: { checkArn: false } });
    const template = resolveTemplate(assembly.template, assembly.stackName, { api: '', webhook: '' });
    assembly.release();
    const machines = template.ofType('AWS::StepFunctions::StateMachine');
    expect(machines).toHaveLength(2);
    for (const machine of machines) expect(() => validate(definitionOf(machine))).not.toThrow();
    expect(() => validate({ StartAt: 'Nowhere', States: {} })).toThrow('invalid');
  });
});
