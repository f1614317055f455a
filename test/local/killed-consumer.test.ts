import { type EventSourceMapping, startEventSourceMapping } from '../../local/event-source-mapping.ts';
import { openCollections } from '../../local/persistent-collection.ts';
import { createQueue, type Queue } from '../../local/queue.ts';
import { resourcesOf, until } from './aws-fixture.ts';
import { createWorld, type World } from './function-fixture.ts';

/** It tells DynamoDB which messages it has, and how often each was received. */
const consumer = `
  export const handler = async ({ Records }) => {
    const body = JSON.stringify({ had: Records.map((one) => [one.body, one.attributes.ApproximateReceiveCount]) });
    const headers = { 'x-amz-target': 'DynamoDB_20120810.DescribeTable' };
    await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers, body });
  };`;

let world: World;
let mapping: EventSourceMapping;
let [work, dead]: Queue[] = [];

beforeEach(async () => {
  world = await createWorld();
  const started = world.start(consumer);
  const deadLetterTargetArn = { 'Fn::GetAtt': ['Dead', 'Arn'] };
  const [ofWork, ofDead, ofMapping] = resourcesOf({
    Work: {
      Type: 'AWS::SQS::Queue',
      Properties: { VisibilityTimeout: 600, RedrivePolicy: { deadLetterTargetArn, maxReceiveCount: 2 } },
    },
    Dead: { Type: 'AWS::SQS::Queue' },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::GetAtt': ['Work', 'Arn'] }, FunctionName: started.name },
    },
  });
  if (!ofWork || !ofDead || !ofMapping) throw new Error('The template has all three');
  const { clock } = world;
  const { open } = openCollections();
  dead = createQueue(ofDead, { clock, open, findQueue: () => undefined });
  work = createQueue(ofWork, { clock, open, findQueue: () => dead });
  mapping = startEventSourceMapping(ofMapping, { clock, queues: [work, dead], functions: [started] });
});

afterEach(async () => {
  mapping.stop();
  await world.close();
});

const attempts = () => world.asked.map(({ body }) => JSON.parse(body).had);
const untilAttempted = (times: number) => until(() => attempts().length === times && mapping.running() === 0);

describe('the messages of a killed consumer', () => {
  it('come back when their visibility timeout ends by the clock, and are given up after the last receive', async () => {
    world.faults.add({ service: 'dynamodb', kind: 'kill-after', times: 2 });
    for (const body of ['a', 'b']) work?.send(body);
    await untilAttempted(1);
    expect(work?.depth()).toEqual({ visible: 0, inFlight: 2, delayed: 0 });

    world.clock.advance(500);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(attempts()).toHaveLength(1);

    world.clock.advance(100);
    await untilAttempted(2);
    world.clock.advance(600);
    await until(() => dead?.depth().visible === 2);
    expect(work?.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(attempts()).toEqual([
      [
        ['a', '1'],
        ['b', '1'],
      ],
      [
        ['a', '2'],
        ['b', '2'],
      ],
    ]);
  });

  it('are done when a later consumer lives', async () => {
    world.faults.add({ service: 'dynamodb', kind: 'kill-before' });
    work?.send('a');
    await until(() => work?.depth().inFlight === 1 && mapping.running() === 0);
    world.clock.advance(600);
    await untilAttempted(1);
    expect(attempts()).toEqual([[['a', '2']]]);
    expect(work?.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(dead?.depth().visible).toBe(0);
  });
});
