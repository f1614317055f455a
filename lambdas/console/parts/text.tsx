import { moment, WORDS } from '../words.ts';

/** A moment, in UTC; broken between date and time of day, if anywhere. */
export function Moment({ at }: { readonly at: string | null }) {
  if (at === null) return <span class="quiet">never</span>;
  const [date, timeOfDay] = moment(at).split(' ');
  return (
    <time dateTime={at}>
      <span>{date}</span> <span>{timeOfDay}</span>
    </time>
  );
}

/** A status, in a word and a colour. */
export function Status({ of: status }: { readonly of: string }) {
  return <span class={`status ${status}`}>{WORDS[status] ?? status}</span>;
}

/** A value of a side; what is missing says so. */
export function Value({ of: value }: { readonly of: string | null }) {
  return value === null ? <span class="quiet">none</span> : <bdi>{value}</bdi>;
}

export function CustomerLink({ id, children }: { readonly id: string; readonly children?: string }) {
  return <a href={`#/customers/${encodeURIComponent(id)}`}>{children ?? id}</a>;
}
