import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { answerOf, asDashboard, carriedStripe, carrying, sandboxInProcess } from '../../simulation/sandbox-client.ts';
import { seededRandom } from '../../simulation/seeded-random.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const INTENT = { amount: '1000', currency: 'usd' };

/** The adapter and Stripe, with one customer there; which lists were asked for is kept. */
async function createStage() {
  const sandbox = sandboxInProcess(() => NOW_MS, seededRandom(1));
  const post = (path: string, fields: Record<string, string> = {}) =>
    asDashboard(sandbox, 'POST', `/v1/${path}`, fields);
  const { id: customer } = await post('customers');
  const stripe = new StripeIntegration(async () => carriedStripe, 'test');
  const isUnused = async () => {
    const asked: string[] = [];
    const is = await carrying(
      (request) => {
        asked.push(request.path.replace('/v1/', ''));
        return answerOf(sandbox, request);
      },
      () => stripe.isUnused(customer),
    );
    return { is, asked };
  };
  return { sandbox, post, customer, isUnused };
}

type Stage = Awaited<ReturnType<typeof createStage>>;

describe('whether nobody has used a customer of Stripe', () => {
  it('is so while it has nothing, whatever others have, which takes four requests', async () => {
    const { post, isUnused } = await createStage();
    const { id: other } = await post('customers');
    await post('payment_intents', { ...INTENT, customer: other, payment_method: 'pm_1', confirm: 'true' });
    await post('invoices', { customer: other });
    await post('payment_intents', INTENT);
    expect(await isUnused()).toEqual({
      is: true,
      asked: ['subscriptions', 'payment_intents', 'charges', 'invoices'],
    });
  });

  it.each<[string, (stage: Stage) => Promise<unknown>, number]>([
    [
      'a subscription that was canceled',
      async ({ sandbox, post, customer }) => {
        const { id } = await post('subscriptions', { customer, 'items[0][price]': 'price_1' });
        await asDashboard(sandbox, 'DELETE', `/v1/subscriptions/${id}`);
      },
      1,
    ],
    ['a payment that was never made', ({ post, customer }) => post('payment_intents', { ...INTENT, customer }), 2],
    [
      'a charge without a payment intent, as they were made once',
      async ({ sandbox, post, customer }) => {
        const paid = { ...INTENT, customer, payment_method: 'pm_1', confirm: 'true' };
        sandbox.state.paymentIntents.delete((await post('payment_intents', paid)).id);
      },
      3,
    ],
    ['a draft of an invoice', ({ post, customer }) => post('invoices', { customer }), 4],
  ])('is not so with %s, and no more is asked then', async (_, use, requests) => {
    const stage = await createStage();
    await use(stage);
    const { is, asked } = await stage.isUnused();
    expect([is, asked.length]).toEqual([false, requests]);
  });
});
