import type { ConsistencyReport, FixReport, NotFixed } from '#domain/consistency.ts';
import { type HttpReply, json } from './render.ts';
import { wireFix, wireLeft, wireReport } from './render-repair.ts';

/** A run has the answer later; its place is told, and when to look. */
export function runUnderway({
  id,
  request,
}: {
  readonly id: string;
  readonly request: { readonly is: string };
}): HttpReply {
  return json(
    202,
    { run_id: id, kind: request.is, status: 'running' },
    { location: `/customers/data-consistency/runs/${id}`, 'retry-after': '5' },
  );
}

type Told = {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly reason?: string;
  readonly progress: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly catalogCustomers: number;
  readonly stripeCustomers: number;
  readonly report?: ConsistencyReport;
  readonly fix?: FixReport & { readonly counts: Readonly<Record<string, number>> };
  readonly cleanup?: { readonly kept: readonly NotFixed[]; readonly [field: string]: unknown };
};

/** How a run stands, and what it has told so far as it is done. */
export function wireRun({ id, kind, status, reason, progress, createdAt, updatedAt, ...told }: Told) {
  const { report, fix, cleanup } = told;
  return {
    ...{ id, kind, status, ...(reason !== undefined && { reason }), progress },
    ...{ created_at: createdAt, updated_at: updatedAt },
    ...{ catalog_customers: told.catalogCustomers, stripe_customers: told.stripeCustomers },
    ...(report && wireReport(report)),
    ...(fix && { ...wireFix(fix), counts: fix.counts }),
    ...(cleanup && { ...cleanup, kept: cleanup.kept.map(wireLeft) }),
  };
}
