import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { externalCustomer, numberOf } from './population.ts';

export type MadeUpStripe = { readonly url: string; calls(): number; lists(): number; close(): void };

/** As much of Stripe as a comparison asks, for any number of customers: each answer costs the same. */
export async function startMadeUpStripe(customers: number): Promise<MadeUpStripe> {
  let [calls, lists] = [0, 0];
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://stripe');
    calls += 1;
    const answer = () => {
      if (pathname === '/v1/account') return { id: 'acct_scale', object: 'account' };
      if (pathname !== '/v1/customers') return externalCustomer(numberOf(pathname.split('/').at(-1) ?? ''));
      lists += 1;
      const after = searchParams.get('starting_after');
      const newest = after === null ? customers - 1 : numberOf(after) - 1;
      const count = Math.min(Number(searchParams.get('limit')), newest + 1);
      const data = Array.from({ length: count }, (_, index) => externalCustomer(newest - index));
      return { object: 'list', url: pathname, has_more: newest >= count, data };
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, calls: () => calls, lists: () => lists, close: () => void server.close() };
}
