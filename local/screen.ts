import type { Runner } from './start.ts';

/** What a person sees when the runner is ready: where everything is, and a call to try. */
export function screenOf({ ready, notRun }: Pick<Runner, 'ready' | 'notRun'>): string {
  const stripe = ready.stripe.includes('127.0.0.1') ? 'Stripe sandbox' : 'Stripe, test mode';
  const rows = [
    ['API', ready.api],
    ['Console', `${ready.api}/console`],
    ['Webhook URL', ready.webhook],
    [stripe, ready.stripe],
    ['DynamoDB', ready.dynamodb],
    ['Control', ready.control],
  ];
  const lines = [
    'Concord runs on this machine.',
    '',
    ...rows.map(([name = '', url = '']) => `  ${name.padEnd(18)} ${url}`),
    '',
    'Create a customer, here and in Stripe:',
    '',
    `  curl -i -w '\\n' ${ready.api}/customers \\`,
    `    -H 'authorization: Bearer ${ready.token}' \\`,
    "    -H 'content-type: application/json' -H 'x-use-integrity-protection: true' \\",
    `    -d '{"name": "John Doe", "email": "john@example.com"}'`,
    '',
    ...(notRun.length > 0 ? ['Not run here:', '', ...notRun.map((what) => `  ${what}`), ''] : []),
    'Ctrl-C ends it.',
  ];
  return `${lines.join('\n')}\n`;
}
