import { empty } from '../stack/empty.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { putItem } from '../stack/world.ts';
import { untilQuiet } from './quiet.ts';
import * as scenarios from './scenarios.ts';

/** Every story of a fault ends well: nothing left half done, and the caller's key gets its final reply. */
describe('a create that something goes wrong in', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterEach(() => empty(stack));
  afterAll(() => stack.stop());

  it.each([
    ['leaves nothing behind when Stripe fails, and frees the email', scenarios.stripeFails],
    ['undoes a customer that Stripe made unheard, when it is given up', scenarios.replyLostThenDown],
    ['makes one Stripe customer when its reply is lost', scenarios.replyLost],
    ['is finished by the sweep when the API function dies before it starts the saga', scenarios.killedBeforeStart],
    ['makes one Stripe customer when the saga function dies after the Stripe call', scenarios.killedAfterStripe],
    ['is joined by the repeat of its key when the API function dies before it replies', scenarios.killedBeforeReply],
    ['reaches Stripe once when the consumer dies after the Stripe call', scenarios.syncKilledAfterStripe],
    ['reaches Stripe when its poke is lost', scenarios.pokeLost],
    ['is undone when its reply was lost and Stripe then throttles', scenarios.replyLostThenThrottled],
    ['reaches Stripe once when a proxy answers after a lost reply', scenarios.replyLostThenProxy],
    ['reaches Stripe once when it is poked twice', scenarios.pokedTwice],
  ])('%s', async (_, scenario) => expect(await scenario(stack)).toEqual([]));

  it('would be seen to be owed for ever', async () => {
    await putItem(stack, { pk: 'CUSTOMER#owed', sk: 'OWED', dueAt: '9', retryAt: '9', runId: 'dead' });
    expect(await untilQuiet(stack)).toHaveLength(3);
  });
});
