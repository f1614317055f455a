/** Where in the console: the part of the address behind `#`, which the server never sees. */
export type Place =
  | { readonly is: 'overview' }
  | { readonly is: 'customers'; readonly status: string | undefined; readonly email: string | undefined }
  | { readonly is: 'customer'; readonly id: string }
  | { readonly is: 'drift' }
  | { readonly is: 'actions' }
  | { readonly is: 'nowhere' };

/** Reads the address. What is not one of the console's places is nowhere. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first, second] = path.split('/').map(decoded);
  if (path === '') return { is: 'overview' };
  if (path === 'drift' || path === 'actions') return { is: path };
  if (first === 'customers' && second) return { is: 'customer', id: second };
  if (path !== 'customers') return { is: 'nowhere' };
  const asked = new URLSearchParams(query);
  return { is: 'customers', status: asked.get('status') || undefined, email: asked.get('email') || undefined };
}

/** The address of the customers with a status, an email, or both. */
export function customersAt(status: string | undefined, email: string | undefined): string {
  const asked = new URLSearchParams({ ...(status && { status }), ...(email && { email }) }).toString();
  return asked === '' ? '#/customers' : `#/customers?${asked}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
