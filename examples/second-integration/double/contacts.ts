import type { Change, Contact, Listed } from '../adapter/crm-integration.ts';

type Reply = { readonly status: number; readonly body: unknown };
type Request = { readonly method: string; readonly path: string; readonly key?: string; readonly body?: object };
type Asked = Partial<Pick<Contact, 'full_name' | 'mail' | 'tags'>>;

const PAGE = 100;
const KEY_KEPT_MS = 24 * 3600_000;

/** A CRM's contacts in memory, with what Concord needs of such a system: keys, deleted stubs and a list of changes. */
export function contactsDouble(nowMs: () => number) {
  const contacts = new Map<string, Contact>();
  const changes: Change[] = [];
  const answered = new Map<string, { readonly at: number; readonly asked: string; readonly reply: Reply }>();

  const note = (contact: Contact, what: Change['what'], key: string | undefined, before: Change['before'] = {}) => {
    const id = `chg_${changes.length + 1}`;
    changes.unshift({ id, at: iso(nowMs()), contact_id: contact.id, what, key: key ?? null, before });
    return { status: 200, body: contact };
  };

  const create = ({ full_name = null, mail = null, tags = {} }: Asked, key?: string): Reply => {
    const refusal = refusalOf({ mail });
    if (refusal !== undefined) return refusal;
    const id = `con_${contacts.size + 1}`;
    const contact = { id, full_name, mail, tags, created_at: iso(nowMs()), deleted: false };
    contacts.set(id, contact);
    return note(contact, 'created', key);
  };

  const update = (known: Contact, { tags, ...fields }: Asked, key?: string): Reply => {
    if (known.deleted) return { status: 410, body: { error: 'The contact was deleted.' } };
    const refusal = refusalOf(fields);
    if (refusal !== undefined) return refusal;
    const contact = { ...known, ...fields, tags: { ...known.tags, ...tags } };
    contacts.set(known.id, contact);
    const before = Object.fromEntries(
      Object.entries(fields).flatMap(([field, value]) => {
        const old = known[field as 'full_name' | 'mail'];
        return old === value ? [] : [[field, old]];
      }),
    );
    return note(contact, 'updated', key, before);
  };

  const remove = (known: Contact): Reply => {
    if (known.deleted) return { status: 200, body: known };
    const gone = { ...known, full_name: null, mail: null, tags: {}, deleted: true };
    contacts.set(known.id, gone);
    return note(gone, 'deleted', undefined);
  };

  const act = ({ method, path, key, body = {} }: Request): Reply => {
    const { pathname, searchParams } = new URL(path, 'http://crm');
    const [, collection, id] = pathname.split('/');
    if (method === 'GET' && id === undefined) {
      const items = collection === 'changes' ? changes : [...contacts.values()].filter(isThere).toReversed();
      return { status: 200, body: pageOf<Change | Contact>(items, searchParams) };
    }
    if (method === 'GET' && collection === 'changes') return found(changes.find((change) => change.id === id));
    if (method === 'POST' && id === undefined) return create(body, key);
    const known = contacts.get(id ?? '');
    if (known === undefined) return found(undefined);
    if (method === 'GET') return found(known);
    return method === 'DELETE' ? remove(known) : update(known, body, key);
  };

  return {
    contacts: () => [...contacts.values()],
    changes: (): readonly Change[] => changes,
    /** Answers a request; one under a key that was answered within a day is answered the same, and does nothing. */
    answer(request: Request): Reply {
      const asked = JSON.stringify([request.method, request.path, request.body]);
      const earlier = answered.get(request.key ?? '');
      if (earlier !== undefined && nowMs() - earlier.at < KEY_KEPT_MS) {
        return earlier.asked === asked
          ? earlier.reply
          : { status: 409, body: { error: 'The key is of another request.' } };
      }
      const reply = act(request);
      if (request.key !== undefined) answered.set(request.key, { at: nowMs(), asked, reply });
      return reply;
    },
  };
}

/** As some addresses are refused by any system. */
function refusalOf({ mail }: Asked): Reply | undefined {
  if (mail?.endsWith('@refused.example') !== true) return undefined;
  return { status: 422, body: { error: 'The CRM does not take this address.' } };
}

function found(item: object | undefined): Reply {
  return item === undefined ? { status: 404, body: { error: 'There is none.' } } : { status: 200, body: item };
}

function isThere({ deleted }: Contact): boolean {
  return !deleted;
}

/** A page, newest first, of a time if one is asked for. */
function pageOf<Item extends Change | Contact>(items: readonly Item[], query: URLSearchParams): Listed<Item> {
  const [since, until, after] = [query.get('since') ?? '', query.get('until') ?? '9999', query.get('after')];
  const timed = items.filter((item) => {
    const at = 'at' in item ? item.at : item.created_at;
    return at >= since && at <= until;
  });
  const start = after === null ? 0 : timed.findIndex(({ id }) => id === after) + 1;
  const page = timed.slice(start, start + PAGE);
  return { items: page, next: timed.length > start + PAGE ? (page.at(-1)?.id ?? null) : null };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
