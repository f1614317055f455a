import { useState } from 'preact/hooks';

/** Where a walk through a list is: the cursors of the pages that were gone through. */
export type Walk = {
  readonly cursor: string | undefined;
  readonly pages: number;
  to(cursor: string): void;
  back(): void;
  restart(): void;
};

export function useWalk(): Walk {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    cursor: cursors.at(-1),
    pages: cursors.length,
    to: (cursor) => setCursors([...cursors, cursor]),
    back: () => setCursors(cursors.slice(0, -1)),
    restart: () => setCursors([]),
  };
}

/** To the page before, and to the one after. */
export function Pages({ walk, next }: { readonly walk: Walk; readonly next: string | null }) {
  return (
    <div class="row">
      {walk.pages > 0 && (
        <button type="button" onClick={walk.back}>
          Previous page
        </button>
      )}
      {next !== null && (
        <button type="button" onClick={() => walk.to(next)}>
          Next page
        </button>
      )}
    </div>
  );
}
