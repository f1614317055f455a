import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Counted } from '../bench/counts.ts';
import { withTable } from '../command-line/page.ts';
import { type Cost, costOf, type Prices } from './cost-of.ts';

export type OperationCost = Cost & { readonly operation: string };

/** What a million of each of these operations costs. */
export async function costsOf(root: string, counts: readonly Counted[]): Promise<OperationCost[]> {
  const prices: Prices = JSON.parse(await readFile(join(root, 'bin', 'cost', 'prices.json'), 'utf8'));
  return counts.map((counted) => ({ operation: counted.operation, ...costOf(counted, prices) }));
}

/** The same as a table in Markdown. */
export function costTable(costs: readonly OperationCost[]): string {
  const usd = (value: number) => value.toFixed(2);
  const rows = costs.map(({ operation, dynamodb, lambda, states, queue, api, traces, total }) => {
    return `| ${[operation, ...[dynamodb, lambda, states, queue, api, traces].map(usd), `**${usd(total)}**`].join(' | ')} |`;
  });
  const heading = '| Operation | DynamoDB | Lambda | Step Functions | SQS | HTTP API | X-Ray | USD a million |';
  return ['', heading, '|---|--:|--:|--:|--:|--:|--:|--:|', ...rows, ''].join('\n');
}

/** Puts the table into docs/capacity.md. */
export async function writeCosts(root: string, table: string): Promise<void> {
  const path = join(root, 'docs', 'capacity.md');
  await writeFile(path, withTable(await readFile(path, 'utf8'), 'cost', table));
}
