import { createCallLog } from '../../local/calls.ts';
import { createClock } from '../../local/clock.ts';
import { startEventSourceMapping } from '../../local/event-source-mapping.ts';
import { createIdle, type Idle, type IdleParts } from '../../local/idle.ts';
import { openCollections } from '../../local/persistent-collection.ts';
import { createQueue, type Queue } from '../../local/queue.ts';
import { createStateMachine } from '../../local/state-machine.ts';
import { loadStatesEngine } from '../../local/states-engine.ts';
import { resourcesOf, scriptedFunction, succeeded } from './aws-fixture.ts';

function parts(changes: Partial<IdleParts>): IdleParts {
  return {
    clock: createClock(),
    calls: createCallLog(),
    functions: [],
    machines: [],
    mappings: [],
    requestsUnderWay: () => 0,
    webhooksUnderWay: () => 0,
    nextWebhookRetryAt: () => undefined,
    held: () => [],
    ...changes,
  };
}

describe('being idle', () => {
  it('is what a runner is that has nothing to do', async () => {
    expect(await createIdle(parts({}))()).toEqual({ idle: true, running: 0, waiting: 0 });
  });

  it('comes when the last invocation ends', async () => {
    let release = () => {};
    const slow = scriptedFunction('slow', () => new Promise((resolve) => (release = () => resolve(succeeded(null)))));
    void slow.invoke({});
    setTimeout(() => release(), 60);
    const startedAtMs = Date.now();
    expect(await createIdle(parts({ functions: [slow] }))()).toMatchObject({ idle: true });
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(55);
  });

  it('is not waited for longer than asked', async () => {
    const stuck = scriptedFunction('stuck', () => new Promise(() => {}));
    void stuck.invoke({});
    expect(await createIdle(parts({ functions: [stuck] }))({ withinMs: 50 })).toEqual({
      idle: false,
      running: 1,
      waiting: 0,
    });
  });

  it('does not mind what is held back, when asked so', async () => {
    const stuck = scriptedFunction('stuck', () => new Promise(() => {}));
    void stuck.invoke({});
    const calls = createCallLog();
    calls.begin({ at: '', function: 'stuck', service: 'stripe', action: 'GET /v1/account' });
    const idle = createIdle(parts({ calls, functions: [stuck], requestsUnderWay: () => 1, held: () => ['stuck'] }));
    expect(await idle({ exceptHeld: true })).toEqual({ idle: true, running: 0, waiting: 0, held: 1 });
    void stuck.invoke({});
    expect(await idle({ exceptHeld: true, withinMs: 30 })).toMatchObject({ idle: false, running: 1 });
    expect(await idle({ withinMs: 30 })).toMatchObject({ idle: false, running: 4 });
  });

  it('does not mind messages that nobody has taken yet, when asked so, and says how many', async () => {
    const depth = () => ({ visible: 2, inFlight: 0, delayed: 0 });
    const mappings = [{ queue: { depth } as Queue, functionName: 'consumer', running: () => 0, stop() {} }];
    const idle = createIdle(parts({ mappings }));
    expect(await idle({ withinMs: 30 })).toEqual({ idle: false, running: 2, waiting: 0 });
    expect(await idle({ exceptGathered: true })).toEqual({ idle: true, running: 0, waiting: 0, gathered: 2 });
  });

  it('does not mind what is due later', async () => {
    const clock = createClock();
    clock.setTimer(() => {}, 60_000);
    const report = await createIdle(parts({ clock, nextWebhookRetryAt: () => clock.now() + 60_000 }))();
    expect(report).toEqual({ idle: true, running: 0, waiting: 1 });
  });

  it.each([
    ['a webhook is under way', { webhooksUnderWay: () => 1 }],
    ['a request is not answered', { requestsUnderWay: () => 1 }],
  ])('is not so while %s', async (_, changes) => {
    expect(await createIdle(parts(changes))({ withinMs: 30 })).toMatchObject({ idle: false, running: 1 });
  });
});

describe('what one part hands on to the next is never nowhere', () => {
  /** Looks at every turn of the event loop until the work is done, and counts the looks that found nothing running. */
  async function looksAtNothing(idle: Idle, isDone: () => boolean): Promise<number> {
    let atNothing = 0;
    while (true) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone()) return atNothing;
      const { running } = await idle({ withinMs: 0 });
      if (running === 0) atNothing += 1;
    }
  }

  /** Half of the answers come at once, half of them later. */
  const answerByTurns = async (_: unknown, nth: number) => {
    if (nth % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    return succeeded({ nth });
  };

  it('between the states of an execution', async () => {
    const clock = createClock();
    const step = scriptedFunction('step', answerByTurns);
    const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: 'step' } };
    const States = {
      First: { ...task, ResultPath: '$.first', TimeoutSeconds: 30, Next: 'Choose' },
      Choose: { Type: 'Choice', Choices: [{ Variable: '$.first', IsPresent: true, Next: 'Both' }], Default: 'Last' },
      Both: {
        Type: 'Parallel',
        Branches: ['Left', 'Right'].map((name) => ({ StartAt: name, States: { [name]: { ...task, End: true } } })),
        Next: 'Pass',
      },
      Pass: { Type: 'Pass', Next: 'Second' },
      Second: { ...task, Next: 'Third' },
      Third: { ...task, Next: 'Last' },
      Last: { ...task, End: true },
    };
    const DefinitionString = JSON.stringify({ StartAt: 'First', States });
    const [resource] = resourcesOf({
      Saga: { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString } },
    });
    if (!resource) throw new Error('The template has the state machine');
    const engine = loadStatesEngine(process.cwd(), clock);
    const machine = createStateMachine(resource, { engine, clock, functions: [step] });
    const idle = createIdle(parts({ clock, functions: [step], machines: [machine] }));

    machine.start('one', '{}');

    expect(await looksAtNothing(idle, () => machine.running() === 0)).toBe(0);
    expect(machine.find('one')?.status).toBe('SUCCEEDED');
    expect(step.events).toHaveLength(6);
  });

  it('between a message and the function that its queue is mapped to', async () => {
    const clock = createClock();
    const consumer = scriptedFunction('consumer', async (event, nth) => {
      if (nth < 6) queue.send('again', nth % 3 === 0 ? { delaySeconds: 0.02 } : {});
      return answerByTurns(event, nth);
    });
    const [ofQueue, ofMapping] = resourcesOf({
      Work: { Type: 'AWS::SQS::Queue' },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Work', 'Arn'] },
          FunctionName: 'consumer',
          MaximumBatchingWindowInSeconds: 0.02,
        },
      },
    });
    if (!ofQueue || !ofMapping) throw new Error('The template has both');
    const queue = createQueue(ofQueue, { clock, open: openCollections().open, findQueue: () => undefined });
    const mapping = startEventSourceMapping(ofMapping, { clock, queues: [queue], functions: [consumer] });
    const idle = createIdle(parts({ clock, functions: [consumer], mappings: [mapping] }));

    queue.send('first');

    // A delayed message that is not due yet is no work.
    const isDone = () => queue.depth().delayed > 0 || (consumer.events.length === 6 && mapping.running() === 0);
    while (consumer.events.length < 6) expect(await looksAtNothing(idle, isDone)).toBe(0);
  });
});
