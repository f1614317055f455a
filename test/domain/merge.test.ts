import type { CustomerFields } from '#domain/customer.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import { type FieldOwners, merge, ownersAgainst, type Side, type Sides } from '#domain/merge.ts';

const VALUES = [null, '', ' ', 'a', ' a ', 'b', 'c'];
const FIELDS = ['name', 'email'] as const;
const OWNERS: readonly FieldOwners[] = [
  { name: 'catalog', email: 'catalog' },
  { name: 'stripe', email: 'stripe' },
  { name: 'catalog', email: 'stripe' },
];

/** The rule said once more, as a table over what each side did since both agreed. */
function oracle(base: string, local: string, remote: string, owner: Side): string {
  const here = local === '' ? 'missing' : local === base ? 'kept' : 'changed';
  const there = remote === base ? 'kept' : 'changed';
  if (local === remote) return 'agree';
  const table: Record<string, string> = {
    'missing kept': 'leave',
    'missing changed': 'pull',
    'kept changed': 'pull',
    'changed kept': 'push',
    'changed changed': owner === 'catalog' ? 'push and tell' : 'pull and tell',
  };
  return table[`${here} ${there}`] as string;
}

function verdictOf(result: ReturnType<typeof merge>, { base, local }: Sides, field: 'name' | 'email'): string {
  const isTold = field in result.overruled ? ' and tell' : '';
  if (field in result.pulled) return `pull${isTold}`;
  if (field in result.pushed) return `push${isTold}`;
  const isAgreed = plain(result.base[field]) === plain(local[field]) && plain(local[field]) !== plain(base?.[field]);
  return isAgreed ? 'agree' : 'stay';
}

const plain = (value: string | null | undefined) => (value ?? '').trim();

/** Every combination of values on all three sides, for one field; the other one is at rest. */
function* everyCase(): Generator<{ sides: Sides; field: 'name' | 'email'; owners: FieldOwners }> {
  for (const owners of OWNERS) {
    for (const field of FIELDS) {
      for (const base of [...VALUES, undefined]) {
        for (const local of VALUES) {
          for (const remote of VALUES) {
            const of = (value: string | null) => ({ name: 'rest', email: 'rest', [field]: value }) as CustomerFields;
            const sides = {
              base: base === undefined ? undefined : of(base),
              local: of(local),
              remote: of(remote),
            };
            yield { sides, field, owners };
          }
        }
      }
    }
  }
}

describe('the three-way merge', () => {
  it('does as the table says, for every combination of values', () => {
    const seen = new Set<string>();
    for (const { sides, field, owners } of everyCase()) {
      const { base, local, remote } = sides;
      const wanted = oracle(plain(base?.[field]), plain(local[field]), plain(remote[field]), owners[field]);
      const found = verdictOf(merge(sides, owners), sides, field);
      // Agreed on what was agreed before, or left as it was: neither does anything.
      const isStill = found === 'stay' && (wanted === 'leave' || plain(local[field]) === plain(remote[field]));
      if (!isStill && found !== wanted) throw new Error(`${JSON.stringify([sides, field])}: ${found}, not ${wanted}`);
      seen.add(wanted);
    }
    expect([...seen].toSorted()).toEqual(['agree', 'leave', 'pull', 'pull and tell', 'push', 'push and tell']);
  });

  it('moves the base only to values that both sides have', () => {
    for (const { sides, field, owners } of everyCase()) {
      const { base } = merge(sides, owners);
      const isMoved = plain(base[field]) !== plain(sides.base?.[field]);
      if (isMoved)
        expect([plain(sides.local[field]), plain(sides.remote[field])]).toEqual(Array(2).fill(plain(base[field])));
    }
  });

  it('comes to rest: when what it says is done, it says nothing more', () => {
    for (const { sides, owners } of everyCase()) {
      const { pulled, pushed, base } = merge(sides, owners);
      const again = merge(
        {
          base: { ...base, ...pulled, ...pushed },
          local: { ...sides.local, ...pulled },
          remote: { ...sides.remote, ...pushed },
        },
        owners,
      );
      expect([again.pulled, again.pushed, again.overruled]).toEqual([{}, {}, {}]);
    }
  });

  it('sends an absence only of what another integration has emptied, and only over the agreed value', () => {
    for (const { sides, field, owners } of everyCase()) {
      const [base, local, remote] = [sides.base?.[field], sides.local[field], sides.remote[field]].map(plain);
      const isTaken = local === '' && remote === base && remote !== '';
      const { pushed } = merge({ ...sides, emptied: [field] }, owners);
      expect([sides, field in pushed && plain(pushed[field]) === '']).toEqual([sides, isTaken]);
    }
  });

  it('tells exactly the values that lose although their side had changed them', () => {
    for (const { sides, field, owners } of everyCase()) {
      const { overruled, pushed } = merge(sides, owners);
      if (!(field in overruled)) continue;
      const loser = field in pushed ? sides.remote[field] : sides.local[field];
      expect(overruled[field]).toBe(loser);
      expect(plain(loser)).not.toBe(plain(sides.base?.[field]));
    }
  });
});

describe('who owns the fields', () => {
  const crm = 'crm' as IntegrationName;
  it('against one integration is that one, or the catalog for all the others', () => {
    expect(ownersAgainst('stripe', { name: 'catalog', email: 'stripe' })).toEqual({ name: 'catalog', email: 'stripe' });
    expect(ownersAgainst('stripe', { name: crm, email: 'stripe' })).toEqual({ name: 'catalog', email: 'stripe' });
    expect(ownersAgainst(crm, { name: crm, email: 'stripe' })).toEqual({ name: crm, email: 'catalog' });
  });
});
