import type { Schemas } from '../called.ts';
import { CustomerLink } from '../parts/text.tsx';

type Issue = Schemas['Issue'] | Schemas['LeftIssue'];

/** Ways in which the sides, or the catalog's own records, do not agree; and what would end each. */
export function Issues({ of: issues }: { readonly of: readonly Issue[] }) {
  return (
    <ul class="cases">
      {issues.map((issue) => (
        <li key={`${issue.kind} ${issue.customer_id} ${issue.external_id}`}>
          <p>
            <span class={`status ${issue.severity}`}>{issue.severity}</span> {issue.kind}{' '}
            {issue.customer_id !== undefined && <CustomerLink id={issue.customer_id} />}{' '}
            <span class="quiet">{issue.external_id}</span>
          </p>
          <p>{issue.detail}</p>
          <p class="next">
            {issue.repair.safe ? 'repaired by' : 'for a person to decide'}: {issue.repair.action}
          </p>
          {'reason' in issue && <p class="quiet">{issue.reason}</p>}
        </li>
      ))}
    </ul>
  );
}
