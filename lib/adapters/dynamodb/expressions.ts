import type { Condition } from '#ports/catalog-store.ts';

/** Names and values of one expression, each under a placeholder: field names may be reserved words. */
export class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, unknown> = {};

  name(field: string): string {
    const placeholder = `#${field}`;
    this.names[placeholder] = field;
    return placeholder;
  }

  value(value: unknown): string {
    const placeholder = `:${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  /** As the SDK takes them: a map without entries is refused by DynamoDB. */
  attributes(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, unknown>;
  } {
    return {
      ...(Object.keys(this.names).length > 0 && { ExpressionAttributeNames: this.names }),
      ...(Object.keys(this.values).length > 0 && { ExpressionAttributeValues: this.values }),
    };
  }
}

/** Says a condition as a ConditionExpression. */
export function conditionExpression(condition: Condition<string>, placeholders: Placeholders): string {
  switch (condition.is) {
    case 'absent':
      return `attribute_not_exists(${placeholders.name('pk')})`;
    case 'missing':
      return `attribute_not_exists(${placeholders.name(condition.field)})`;
    case 'equal':
      return `${placeholders.name(condition.field)} = ${placeholders.value(condition.value)}`;
    case 'atMost':
      return `${placeholders.name(condition.field)} <= ${placeholders.value(condition.value)}`;
    case 'all':
    case 'any': {
      const parts = condition.of.map((part) => conditionExpression(part, placeholders));
      return `(${parts.join(condition.is === 'all' ? ' AND ' : ' OR ')})`;
    }
  }
}

/** Says changes as an UpdateExpression: `undefined` removes a field. */
export function updateExpression(changes: Record<string, unknown>, placeholders: Placeholders): string {
  const set: string[] = [];
  const remove: string[] = [];
  for (const [field, value] of Object.entries(changes)) {
    const name = placeholders.name(field);
    if (value === undefined) remove.push(name);
    else set.push(`${name} = ${placeholders.value(value)}`);
  }
  return [set.length > 0 && `SET ${set.join(', ')}`, remove.length > 0 && `REMOVE ${remove.join(', ')}`]
    .filter(Boolean)
    .join(' ');
}

/** Says an addition as the ADD clause of an UpdateExpression. */
export function additionExpression(amounts: Record<string, unknown>, placeholders: Placeholders): string {
  const parts = Object.entries(amounts).map(
    ([field, amount]) => `${placeholders.name(field)} ${placeholders.value(amount)}`,
  );
  return `ADD ${parts.join(', ')}`;
}
