import { asked, createCustomer, PROTECTED, type Story } from './story.ts';

/** What callers of the API ask for, in one mode. */
function inMode(mode: Record<string, string>, name: string): Story[] {
  const headers = (n: string) => ({ ...mode, 'idempotency-key': `story-${n}` });
  return [
    asked(`create, ${name}`, 201, async (_, n) => ({
      ...{ method: 'POST', path: '/customers', headers: headers(n) },
      body: { name: 'Story', email: `story-${n}@example.com` },
    })),
    asked(`update, ${name}`, 200, async (stack, n) => ({
      ...{ method: 'PATCH', path: (await createCustomer(stack, n)).path, headers: headers(n) },
      body: { name: 'Changed' },
    })),
    asked(`email change, ${name}`, 200, async (stack, n) => ({
      ...{ method: 'PATCH', path: (await createCustomer(stack, n)).path, headers: headers(n) },
      body: { email: `moved-${n}@example.com` },
    })),
    asked(`delete, ${name}`, 200, async (stack, n) => ({
      ...{ method: 'DELETE', path: (await createCustomer(stack, n)).path, headers: headers(n) },
    })),
  ];
}

export const BY_CALLERS: readonly Story[] = [...inMode({}, 'default'), ...inMode(PROTECTED, 'protected')];
