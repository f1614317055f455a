import { type CustomerFields, isSameValue, NO_FIELDS } from './customer.ts';
import type { IntegrationName } from './integrations.ts';

export type Side = 'catalog' | IntegrationName;

/** Which side's value stands when both sides changed a field to different values. */
export type FieldOwners = { readonly name: Side; readonly email: Side };

export type Sides = {
  /** The last values on which both sides agreed; absent when they never have. */
  readonly base: CustomerFields | undefined;
  readonly local: CustomerFields;
  readonly remote: CustomerFields;
  /** What another integration has emptied here, and this one is to empty too. */
  readonly emptied?: readonly (keyof CustomerFields)[] | undefined;
};

/** What makes both sides agree. A field is in one of `pulled` and `pushed`, or in neither. */
export type Merge = {
  /** Values of the other side that the catalog is to take. */
  readonly pulled: Partial<CustomerFields>;
  /** Values of the catalog that the other side is to get. */
  readonly pushed: Partial<CustomerFields>;
  /** Values that lose although their side had changed them. */
  readonly overruled: Partial<CustomerFields>;
  /** The last agreed values: they move only where both sides are known to be equal. */
  readonly base: CustomerFields;
};

type Verdict = 'agreed' | 'apart' | 'pull' | 'push' | 'pull-over' | 'push-over';

/** Three-way merge, field by field, against the last agreed values. Values are compared by `isSameValue`. */
export function merge({ base = NO_FIELDS, local, remote, emptied = [] }: Sides, owners: FieldOwners): Merge {
  const fields = ['name', 'email'] as const;
  const isEmptiedOnly = (field: keyof CustomerFields) =>
    emptied.includes(field) &&
    isSameValue(local[field], null) &&
    isSameValue(remote[field], base[field]) &&
    !isSameValue(remote[field], null);
  const verdicts = fields.map((field) => ({
    field,
    verdict: isEmptiedOnly(field)
      ? ('push' as const)
      : mergeField(base[field], local[field], remote[field], owners[field]),
  }));
  const having = (wanted: readonly Verdict[], values: CustomerFields): Partial<CustomerFields> =>
    Object.fromEntries(
      verdicts.filter(({ verdict }) => wanted.includes(verdict)).map(({ field }) => [field, values[field]]),
    );
  return {
    pulled: having(['pull', 'pull-over'], remote),
    pushed: having(['push', 'push-over'], local),
    overruled: { ...having(['push-over'], remote), ...having(['pull-over'], local) },
    base: { ...base, ...having(['agreed'], local) },
  };
}

function mergeField(base: string | null, local: string | null, remote: string | null, owner: Side): Verdict {
  if (isSameValue(local, remote)) return 'agreed';
  // What is missing here is missing because it could not be taken: it is nobody's edit, and never sent.
  if (isSameValue(local, null)) return isSameValue(remote, base) ? 'apart' : 'pull';
  if (isSameValue(remote, base)) return 'push';
  if (isSameValue(local, base)) return 'pull';
  return owner === 'catalog' ? 'push-over' : 'pull-over';
}

/** Who owns the fields where the catalog is compared with this integration: what another one owns, the catalog has of it. */
export function ownersAgainst(integration: IntegrationName, { name, email }: FieldOwners): FieldOwners {
  const against = (owner: Side): Side => (owner === integration ? owner : 'catalog');
  return { name: against(name), email: against(email) };
}
