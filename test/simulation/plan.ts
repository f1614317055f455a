/** What of a story happens. A part has a name: an actor, one of its actions, a kind of fault, a fault. */
export type Plan = {
  /** Whether it happens, now that it could. */
  happens(part: string): boolean;
};

/** Everything happens, as the seed says. */
export const EVERYTHING_HAPPENS: Plan = { happens: () => true };

/** Only these parts happen; all do, unless some are said. `met` are those that did. */
export function planOf(only?: ReadonlySet<string>): Plan & { readonly met: ReadonlySet<string> } {
  const met = new Set<string>();
  return {
    met,
    happens(part) {
      const does = only === undefined || only.has(part);
      if (does) met.add(part);
      return does;
    },
  };
}
