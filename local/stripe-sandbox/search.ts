/** https://docs.stripe.com/search#search-query-language */
import type { Customer } from './customer.ts';
import type { Endpoint, Rooms } from './endpoint.ts';
import { invalidParameter } from './errors.ts';
import { newestFirst, readLimit } from './lists.ts';
import { assertKnownParameters, findExpansions, findString, getString } from './parameters.ts';
import { searchableCustomers } from './search-index.ts';

const PATH = '/v1/customers/search';

type Matcher = (customer: Customer) => boolean;

/** A search sees what was written before its lag: it is not for reading what was just written. */
export function searchEndpoint({ state, now }: Rooms): Endpoint {
  return {
    method: 'GET',
    path: PATH,
    prepare: (parameters) => {
      assertKnownParameters(parameters, ['query', 'limit', 'page']);
      findExpansions(parameters, []);
      const matches = parseQuery(getString(parameters, 'query'));
      const limit = readLimit(parameters);
      const start = readPageToken(findString(parameters, 'page'));
      return () => {
        const seenUntilMs = now() - state.settings.get().searchLagSeconds * 1000;
        const seen = searchableCustomers(state.searchIndex, seenUntilMs);
        const found = newestFirst(seen, ({ created }) => created).filter(matches);
        const end = start + limit;
        const more = found.length > end;
        return {
          object: 'search_result',
          data: found.slice(start, end),
          has_more: more,
          next_page: more ? Buffer.from(String(end)).toString('base64url') : null,
          url: PATH,
        };
      };
    },
  };
}

function readPageToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const start = Number(Buffer.from(token, 'base64url').toString());
  if (Number.isSafeInteger(start) && start > 0) return start;
  throw invalidParameter('page', `Invalid page: ${token}`);
}

const CLAUSE =
  /\s*(?:metadata\[(?<metadataQuoted>'[^']*'|"[^"]*")\]|(?<field>[a-z_]+))\s*:\s*(?<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*/y;
const CONJUNCTION = /AND\s/iy;
const FIELDS: Readonly<Record<string, (customer: Customer) => string | null>> = {
  email: ({ email }) => email,
  name: ({ name }) => name,
  phone: ({ phone }) => phone,
};

/** Clauses of the form `email:'x'` and `metadata['k']:'v'`, joined by AND. Values are compared without regard to case. */
function parseQuery(query: string): Matcher {
  const clauses: Matcher[] = [];
  let place = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = place;
    const match = pattern.exec(query);
    if (match === null) {
      throw invalidParameter('query', `The search query could not be parsed at character ${place}: ${query}`);
    }
    place = pattern.lastIndex;
    return match;
  };
  do {
    if (clauses.length > 0) take(CONJUNCTION);
    clauses.push(clauseOf(take(CLAUSE)));
  } while (place < query.length);
  return (customer) => clauses.every((clause) => clause(customer));
}

function clauseOf({ groups }: RegExpExecArray): Matcher {
  const wanted = unquoted(groups?.['quoted'] ?? '').toLowerCase();
  const metadataQuoted = groups?.['metadataQuoted'];
  if (metadataQuoted !== undefined) {
    const key = unquoted(metadataQuoted);
    return ({ metadata }) => Object.hasOwn(metadata, key) && metadata[key]?.toLowerCase() === wanted;
  }
  const field = groups?.['field'] ?? '';
  const readField = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (readField === undefined) throw invalidParameter('query', `Field \`${field}\` is an unsupported search field.`);
  return (customer) => readField(customer)?.toLowerCase() === wanted;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}
