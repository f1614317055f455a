import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CallLog, createCallLog } from './calls.ts';
import { attachEventRule } from './event-rule.ts';
import { type EventSourceMapping, startEventSourceMapping } from './event-source-mapping.ts';
import { createFaults, type Faults } from './faults.ts';
import type { GatewayOptions } from './gateway.ts';
import { type Access, createAccess, type Service } from './iam/access.ts';
import type { Needed } from './iam/needed-permissions.ts';
import { createLambdaFunction, type LambdaFunction } from './lambda-function.ts';
import type { OpenCollection } from './persistent-collection.ts';
import { createQueue, type Queue } from './queue.ts';
import { createQueueService } from './queue-service.ts';
import { accountId, region } from './resource-identity.ts';
import type { AwsService, Backends, Clock } from './runtime.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { createSecretsService, type SecretValues } from './secret.ts';
import { createStateMachine, type StateMachine } from './state-machine.ts';
import type { StatesEngine } from './states-engine.ts';
import { createStatesService } from './states-service.ts';
import type { Assembly } from './synth.ts';
import { asRecord, type ResolvedTemplate, type Resource } from './template.ts';
import { createUsage, type Usage } from './usage.ts';

/** Everything of the template that works behind its HTTP endpoints. */
export type RunningStack = {
  readonly functions: readonly LambdaFunction[];
  readonly queues: readonly Queue[];
  readonly mappings: readonly EventSourceMapping[];
  readonly machines: readonly StateMachine[];
  readonly schedules: readonly Schedule[];
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly access: Access;
  readonly usage: Usage;
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
  /** Where the local issuer answers a browser. */
  readonly issuerUrl: string;
  readonly onLog: (functionName: string, line: string) => void;
};

/** Runs the functions, queues, state machines and schedules of a template. Schedules do not fire until started. */
export function runStack(setup: StackSetup): RunningStack {
  const { template, clock, open, engine } = setup;
  const calls = createCallLog();
  const faults = createFaults();
  const usage = createUsage();
  const access = createAccess(template, (who, message) => setup.onLog(who, message));
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
  const functions = template.ofType('AWS::Lambda::Function').map((resource) => {
    access.assertAssumable(String(resource.properties['Role']), serviceOf('lambda', resource));
    const made = createLambdaFunction({
      ...{ clock, calls, faults, backends, region, authorize: access.authorize, issuerUrl: setup.issuerUrl },
      logicalId: resource.logicalId,
      name: resource.name,
      arn: resource.arn,
      roleLogicalId: roleOf(resource, template),
      properties: resource.properties,
      codeDirectory: setup.assembly.assetDirectory(asRecord(resource.properties['Code'])),
      bootstrapUrl: pathToFileURL(join(setup.root, 'local', 'environment-bootstrap.ts')).href,
      compileCacheDirectory: setup.assembly.compileCacheDirectory,
      onLog: setup.onLog,
    });
    return usage.metered(made);
  });
  /** The functions as a resource reaches them that invokes them in a role of its own. */
  const invokedIn = (roleArn: string, service: Service) => {
    access.assertAssumable(roleArn, service);
    return functions.map(access.guardByRole(roleArn));
  };
  const machines = template.ofType('AWS::StepFunctions::StateMachine').map((resource) => {
    const invocable = invokedIn(String(resource.properties['RoleArn']), serviceOf('states', resource));
    const onTransition = () => usage.noteTransition(resource.name);
    return createStateMachine(resource, { engine, clock, functions: invocable, onTransition });
  });
  states = createStatesService(machines);
  for (const resource of template.ofType('AWS::Events::Rule')) {
    const invocable = functions.map(access.guardByService(serviceOf('events', resource)));
    attachEventRule(resource, { clock, machines, functions: invocable, queues });
  }
  const mappings = template.ofType('AWS::Lambda::EventSourceMapping').map((resource) => {
    const mapping = startEventSourceMapping(resource, { clock, queues, functions });
    const consumer = template.ofType('AWS::Lambda::Function').find(({ name }) => name === mapping.functionName);
    access.assertAllowed(String(consumer?.properties['Role']), toConsume(mapping.queue.arn));
    return mapping;
  });
  const schedules = template.ofType('AWS::Scheduler::Schedule').map((resource) => {
    const { RoleArn } = asRecord(resource.properties['Target']);
    return createSchedule(resource, invokedIn(String(RoleArn), schedulerOf(resource)));
  });

  const script: GatewayOptions = {
    ...{ clock, calls, faults, backends },
    caller: { functionName: 'script', roleLogicalId: '' },
    // It is not the runner's to end: it only gets no reply.
    killCaller: async () => {},
    onLog: (line) => setup.onLog('script', line),
  };

  return {
    ...{ functions, queues, mappings, machines, schedules, calls, faults, access, usage, script },
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

function serviceOf(name: string, { arn }: Resource): Service {
  return { name: `${name}.amazonaws.com`, sourceArn: arn };
}

/** A role that trusts Scheduler names the group, not the schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
function schedulerOf({ properties }: Resource): Service {
  const group = String(properties['GroupName'] ?? 'default');
  return {
    name: 'scheduler.amazonaws.com',
    sourceArn: `arn:aws:scheduler:${region}:${accountId}:schedule-group/${group}`,
  };
}

/** What Lambda asks of the role of a function that consumes a queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function toConsume(queueArn: string): readonly Needed[] {
  return ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => ({
    action: `sqs:${name}`,
    resource: queueArn,
  }));
}
