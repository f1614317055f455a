import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CallLog, createCallLog } from './calls.ts';
import { attachEventRule } from './event-rule.ts';
import { type EventSourceMapping, startEventSourceMapping } from './event-source-mapping.ts';
import { createFaults, type Faults } from './faults.ts';
import type { GatewayOptions } from './gateway.ts';
import { createLambdaFunction } from './lambda-function.ts';
import type { OpenCollection } from './persistent-collection.ts';
import { createQueue, type Queue } from './queue.ts';
import { createQueueService } from './queue-service.ts';
import { region } from './resource-identity.ts';
import type { AwsService, Backends, Clock, LocalFunction } from './runtime.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { createSecretsService, type SecretValues } from './secret.ts';
import { createStateMachine, type StateMachine } from './state-machine.ts';
import type { StatesEngine } from './states-engine.ts';
import { createStatesService } from './states-service.ts';
import type { Assembly } from './synth.ts';
import { asRecord, type ResolvedTemplate, type Resource } from './template.ts';

/** Everything of the template that works behind its HTTP endpoints. */
export type RunningStack = {
  readonly functions: readonly LocalFunction[];
  readonly queues: readonly Queue[];
  readonly mappings: readonly EventSourceMapping[];
  readonly machines: readonly StateMachine[];
  readonly schedules: readonly Schedule[];
  readonly calls: CallLog;
  readonly faults: Faults;
  /** How the calls of a program outside the stack are served. */
  readonly script: GatewayOptions;
  close(): Promise<void>;
};

export type StackSetup = {
  /** The directory of the checkout. */
  readonly root: string;
  readonly template: ResolvedTemplate;
  readonly assembly: Pick<Assembly, 'assetDirectory' | 'compileCacheDirectory'>;
  readonly clock: Clock;
  readonly open: OpenCollection;
  readonly engine: StatesEngine;
  readonly secrets: SecretValues;
  readonly dynamodbUrl: string;
  readonly stripeUrl: string;
  readonly onLog: (functionName: string, line: string) => void;
};

/** Runs the functions, queues, state machines and schedules of a template. Schedules do not fire until started. */
export function runStack(setup: StackSetup): RunningStack {
  const { template, clock, open, engine } = setup;
  const calls = createCallLog();
  const faults = createFaults();
  const queues: Queue[] = template
    .ofType('AWS::SQS::Queue')
    .map((resource) =>
      createQueue(resource, { clock, open, findQueue: (arn) => queues.find((one) => one.arn === arn) }),
    );

  // The functions call the state machines, and these the functions: the former look the latter up at each call.
  let states: AwsService = async () => ({ status: 503, body: { __type: 'ServiceUnavailableException' } });
  const backends: Backends = {
    dynamodb: { url: setup.dynamodbUrl },
    stripe: { url: setup.stripeUrl },
    states: (action, body, caller) => states(action, body, caller),
    sqs: createQueueService(queues),
    secrets: createSecretsService(template.ofType('AWS::SecretsManager::Secret'), setup.secrets),
  };
  const functions = template.ofType('AWS::Lambda::Function').map((resource) =>
    createLambdaFunction({
      ...{ clock, calls, faults, backends, region },
      logicalId: resource.logicalId,
      name: resource.name,
      arn: resource.arn,
      roleLogicalId: roleOf(resource, template),
      properties: resource.properties,
      codeDirectory: setup.assembly.assetDirectory(asRecord(resource.properties['Code'])),
      bootstrapUrl: pathToFileURL(join(setup.root, 'local', 'environment-bootstrap.ts')).href,
      compileCacheDirectory: setup.assembly.compileCacheDirectory,
      onLog: setup.onLog,
    }),
  );
  const machines = template
    .ofType('AWS::StepFunctions::StateMachine')
    .map((resource) => createStateMachine(resource, { engine, clock, functions }));
  states = createStatesService(machines);
  for (const resource of template.ofType('AWS::Events::Rule')) {
    attachEventRule(resource, { clock, machines, functions, queues });
  }
  const mappings = template
    .ofType('AWS::Lambda::EventSourceMapping')
    .map((resource) => startEventSourceMapping(resource, { clock, queues, functions }));
  const schedules = template.ofType('AWS::Scheduler::Schedule').map((resource) => createSchedule(resource, functions));

  const script: GatewayOptions = {
    ...{ clock, calls, faults, backends },
    caller: { functionName: 'script', roleLogicalId: '' },
    // It is not the runner's to end: it only gets no reply.
    killCaller: async () => {},
    onLog: (line) => setup.onLog('script', line),
  };

  return {
    ...{ functions, queues, mappings, machines, schedules, calls, faults, script },
    async close() {
      for (const mapping of mappings) mapping.stop();
      for (const schedule of schedules) schedule.stop();
      await Promise.all(functions.map((one) => one.close()));
    },
  };
}

/** A function's `Role` is an ARN by now; the role's logical id says which policies belong to it. */
function roleOf({ properties }: Resource, template: ResolvedTemplate): string {
  return template.ofType('AWS::IAM::Role').find(({ arn }) => arn === properties['Role'])?.logicalId ?? '';
}
