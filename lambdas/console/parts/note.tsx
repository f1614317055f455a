import type { ComponentChildren } from 'preact';

type NoteProps = { readonly kind: 'problem' | 'result' | 'empty'; readonly children: ComponentChildren };

const ROLES = { problem: 'alert', result: 'status', empty: undefined } as const;

/** One message. A problem is read out at once, a result when the reader pauses. */
export function Note({ kind, children }: NoteProps) {
  return (
    <p class={`note ${kind}`} role={ROLES[kind]}>
      {children}
    </p>
  );
}
