import type { Capacity } from './calls.ts';

const reads = new Set(['GetItem', 'BatchGetItem', 'TransactGetItems', 'Query', 'Scan']);
const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);

/** Makes a DynamoDB request ask for what it consumes. Its body stays as it is where the caller has already said. */
export function withCapacityAsked(operation: string, body: Buffer): Buffer {
  if (!reads.has(operation) && !writes.has(operation)) return body;
  const request = parseObject(body);
  if (!request || request['ReturnConsumedCapacity'] !== undefined) return body;
  return Buffer.from(JSON.stringify({ ...request, ReturnConsumedCapacity: 'TOTAL' }));
}

/** What DynamoDB's reply says the call consumed, summed over its tables; null where it says nothing. */
export function readCapacity(operation: string, reply: Buffer): Capacity | null {
  const consumed = parseObject(reply)?.['ConsumedCapacity'];
  if (typeof consumed !== 'object' || consumed === null) return null;
  const total = { read: 0, write: 0 };
  for (const table of Array.isArray(consumed) ? consumed : [consumed]) {
    // A transaction tells its reads from its writes; elsewhere the operation does.
    const told = table.ReadCapacityUnits !== undefined || table.WriteCapacityUnits !== undefined;
    const units = Number(table.CapacityUnits ?? 0);
    total.read += told ? Number(table.ReadCapacityUnits ?? 0) : reads.has(operation) ? units : 0;
    total.write += told ? Number(table.WriteCapacityUnits ?? 0) : reads.has(operation) ? 0 : units;
  }
  return total;
}

/** How many items a call writes if it takes effect; undefined for one that writes none. A mere check writes nothing. */
export function countItemWrites(operation: string, body: Buffer): number | undefined {
  if (!writes.has(operation)) return undefined;
  const request = parseObject(body) ?? {};
  if (operation === 'TransactWriteItems') {
    const items = Array.isArray(request['TransactItems']) ? request['TransactItems'] : [];
    return items.filter((item) => item.ConditionCheck === undefined).length;
  }
  if (operation !== 'BatchWriteItem') return 1;
  return Object.values(request['RequestItems'] ?? {}).reduce((sum: number, items) => sum + items.length, 0);
}

function parseObject(text: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
