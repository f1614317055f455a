import { readFileSync } from 'node:fs';
import type { Mutant } from './sources.ts';
import { OF_CATALOG } from './survivors/catalog.ts';
import { OF_DOMAIN } from './survivors/domain.ts';
import { OF_DYNAMODB } from './survivors/dynamodb.ts';
import { OF_HEALTH } from './survivors/health.ts';
import { OF_IMPORT } from './survivors/import.ts';
import { OF_LEASES } from './survivors/leases.ts';
import { type Survivor, UNDEFINED } from './survivors/reasons.ts';
import { OF_REPAIR } from './survivors/repair.ts';
import { OF_REPAIR_COMPARE } from './survivors/repair-compare.ts';
import { OF_REPAIR_RUNS } from './survivors/repair-runs.ts';
import { OF_SAGA } from './survivors/saga.ts';
import { OF_SYNC } from './survivors/sync.ts';

/** Mutants that no test can tell from the source, or need not, and why: one by one, by the folder they are of. */
export const SURVIVORS: readonly Survivor[] = [
  ...OF_CATALOG,
  ...OF_DOMAIN,
  ...OF_DYNAMODB,
  ...OF_HEALTH,
  ...OF_IMPORT,
  ...OF_LEASES,
  ...OF_REPAIR,
  ...OF_REPAIR_COMPARE,
  ...OF_REPAIR_RUNS,
  ...OF_SAGA,
  ...OF_SYNC,
];

/** `...(value !== undefined && { field: value })`, which always gives the field. */
const OPTIONAL_FIELD = /^([\w.]+) !== undefined && \{ (?:\w+: )?([\w.]+) \}$/;

function isOptionalField({ file, line, original, replacement }: Mutant): boolean {
  if (replacement !== 'true') return false;
  const [, asked, given] = OPTIONAL_FIELD.exec(original) ?? [];
  if (asked !== undefined) return asked === given;
  const [asks, value] = /^([\w.]+) !== undefined$/.exec(original) ?? [];
  const text = textOf(file, line);
  return asks !== undefined && new RegExp(`\\(${asks} && \\{ (\\w+: )?${value} \\}\\)`).test(text);
}

function textOf(file: string, line: number): string {
  return readFileSync(file, 'utf8').split('\n')[line - 1] ?? '';
}

/** Why nobody notices this mutant, if it is known. */
export function whyNobodyNotices(mutant: Mutant): string | undefined {
  const { file, line, original, replacement } = mutant;
  const known = SURVIVORS.filter((each) => each.file === file && each.original === original)
    .filter((each) => (each.replacement ?? replacement) === replacement)
    .find(({ on }) => on === undefined || textOf(file, line).includes(on));
  return known?.why ?? (isOptionalField(mutant) ? UNDEFINED : undefined);
}
