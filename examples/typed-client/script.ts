/** Calls the HTTP API with a client that knows its every path, field and problem from docs/openapi.json. */
import createClient from 'openapi-fetch';
import type { paths } from './concord-api.d.ts';

const control = process.argv[2] ?? 'http://127.0.0.1:4004';

// On one machine, the control server of `npm start` knows the API and gives a token. Elsewhere, your issuer does.
const outputs = (await (await fetch(`${control}/outputs`)).json()) as { readonly ApiUrl: string };
const { token } = (await (
  await fetch(`${control}/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ scopes: ['customers:read', 'customers:write'], subject: 'typed-client' }),
  })
).json()) as { readonly token: string };

const concord = createClient<paths>({ baseUrl: outputs.ApiUrl, headers: { authorization: `Bearer ${token}` } });

const key = `typed-${Date.now()}`;
const email = `${key}@example.com`;
const created = await concord.POST('/customers', {
  params: { header: { 'Idempotency-Key': key, 'X-Use-Integrity-Protection': 'true' } },
  body: { name: 'John Doe', email },
});
// 202: the outcome is not known within 20 seconds. The operation at `Location` tells it later.
if (created.error || !('id' in created.data)) throw new Error(`There is no customer: ${JSON.stringify(created)}`);
const { id, integrations } = created.data;
console.log(`created  ${id}, in Stripe ${integrations.stripe.external_id}`);

const twice = await concord.POST('/customers', { body: { name: 'Jane Doe', email: email.toUpperCase() } });
console.log(`refused  ${explain(twice.error)}`);

const params = { path: { id }, header: { 'If-Match': '"1"' } };
const changed = await concord.PATCH('/customers/{id}', { params, body: { name: 'John Q. Doe' } });
const stale = await concord.PATCH('/customers/{id}', { params, body: { name: 'Too late' } });
console.log(`changed  ${changed.response.headers.get('etag')}; refused ${explain(stale.error)}`);

const { data: page } = await concord.GET('/customers', { params: { query: { email, limit: 1 } } });
console.log(`listed   ${page?.data.map(({ name }) => name).join(', ')}`);

const { data: deleted } = await concord.DELETE('/customers/{id}', { params: { path: { id } } });
console.log(`deleted  ${deleted && 'deleted' in deleted}`);

/** What a change can be refused with: one of these, told apart by `type`, as the compiler knows. */
type Refusal = NonNullable<typeof stale.error>;

function explain(refusal: Refusal | undefined): string {
  if (refusal === undefined || !('type' in refusal)) return refusal?.message ?? 'not at all';
  switch (refusal.type) {
    case 'https://concord.example/problems/email-taken':
      return 'email-taken: another customer has it';
    case 'https://concord.example/problems/version-mismatch':
      return 'version-mismatch: read it again';
    default:
      return refusal.detail;
  }
}
