/** Something that can happen next. */
export type Step<State> = {
  readonly name: string;
  readonly to: State;
  /** Whoever does it. What somebody can do again and again, it does in the end; without anybody, it may never happen. */
  readonly by?: string;
};

export type Model<State> = {
  readonly initial: State;
  /** Called on states before their steps are asked for: time for whatever cannot be answered at once. */
  readonly prepare: (states: readonly State[]) => Promise<void>;
  readonly steps: (state: State) => readonly Step<State>[];
  /** Two states are the same one when these texts are. */
  readonly textOf: (state: State) => string;
  /** Whether everything that was begun has come to its end. */
  readonly isAtRest: (state: State) => boolean;
  /** What is wrong with a state, whatever comes next. */
  readonly wrong: (state: State) => readonly string[];
};

/** `wrong`: the first thing that is, and the shortest way there. */
export type Explored = {
  readonly states: number;
  readonly steps: number;
  readonly atRest: number;
  readonly wrong?: { readonly what: string; readonly path: readonly string[] };
};

const CHUNK = 512;
const NOBODY = 0;

type Edges = { readonly from: number[]; readonly to: number[]; readonly by: number[] };

/**
 * Visits every state there is, the nearest first: each must be right, and from each a state of rest must be reached,
 * however the steps that have an actor are ordered, as long as none that is possible again and again is left out for
 * ever.
 * @throws RangeError when there are more than `mostStates`
 */
export async function explore<State>(model: Model<State>, mostStates: number): Promise<Explored> {
  const ids = new Map<string, number>();
  const cameFrom: { from: number; name: string }[] = [];
  const restful: boolean[] = [];
  const edges: Edges = { from: [], to: [], by: [] };
  const actors = new Map<string, number>();
  let frontier: { id: number; state: State }[] = [];
  let steps = 0;

  const told = (what: string, id: number): Explored => ({
    ...{ states: ids.size, steps, atRest: restful.filter(Boolean).length },
    wrong: { what, path: pathTo(cameFrom, id) },
  });
  const visit = (state: State, from: number, name: string): { id: number; isNew: boolean } => {
    const text = model.textOf(state);
    const known = ids.get(text);
    if (known !== undefined) return { id: known, isNew: false };
    const id = ids.size;
    if (id === mostStates) {
      throw new RangeError(`There are more than ${mostStates} states, like: ${pathTo(cameFrom, from).join('\n')}`);
    }
    ids.set(text, id);
    cameFrom.push({ from, name });
    restful.push(model.isAtRest(state));
    return { id, isNew: true };
  };

  frontier.push({ id: visit(model.initial, -1, '').id, state: model.initial });
  while (frontier.length > 0) {
    const next: typeof frontier = [];
    for (let at = 0; at < frontier.length; at += CHUNK) {
      const chunk = frontier.slice(at, at + CHUNK);
      await model.prepare(chunk.map(({ state }) => state));
      for (const { id, state } of chunk) {
        const [what] = model.wrong(state);
        if (what !== undefined) return told(what, id);
        for (const { name, to, by } of model.steps(state)) {
          steps += 1;
          const reached = visit(to, id, name);
          if (reached.isNew) next.push({ id: reached.id, state: to });
          if (by === undefined) continue;
          if (!actors.has(by)) actors.set(by, actors.size + 1);
          edges.from.push(id);
          edges.to.push(reached.id);
          edges.by.push(actors.get(by) ?? NOBODY);
        }
      }
    }
    frontier = next;
  }
  const stuck = findEndless(restful, edges);
  if (stuck !== undefined) return told('It never comes to rest.', stuck);
  return { states: ids.size, steps, atRest: restful.filter(Boolean).length };
}

function pathTo(cameFrom: readonly { from: number; name: string }[], id: number): string[] {
  const path: string[] = [];
  for (let at = id; at > 0; at = cameFrom[at]?.from ?? 0) path.unshift(cameFrom[at]?.name ?? '');
  return path;
}

/**
 * A state from which fair steps can go on for ever without rest, or cannot go on at all. Such a way ends in a strongly
 * connected component, in which everybody who can act again and again does: where somebody can act but only by leaving
 * it, the states in which he can are no part of the way, and what is left of the component is looked at again.
 */
export function findEndless(restful: readonly boolean[], { from, to, by }: Edges): number | undefined {
  const first = new Int32Array(restful.length + 1);
  for (const state of from) first[state + 1] = (first[state + 1] ?? 0) + 1;
  for (let state = 0; state < restful.length; state += 1)
    first[state + 1] = (first[state + 1] ?? 0) + (first[state] ?? 0);
  const places = first.slice();
  const sorted = new Int32Array(from.length);
  from.forEach((state, edge) => {
    sorted[places[state] ?? 0] = edge;
    places[state] = (places[state] ?? 0) + 1;
  });
  const edgesOf = (state: number) => sorted.subarray(first[state], first[state + 1]);
  const isStuck = (state: number) => restful[state] !== true && first[state] === first[state + 1];
  for (let state = 0; state < restful.length; state += 1) if (isStuck(state)) return state;

  const pending: number[][] = [[...restful.keys()].filter((state) => restful[state] !== true)];
  for (let among = pending.pop(); among !== undefined; among = pending.pop()) {
    for (const component of componentsOf(among, edgesOf, to)) {
      const isIn = new Set(component);
      const inner = new Set<number>();
      const able = new Set<number>();
      for (const state of component) {
        for (const edge of edgesOf(state)) {
          able.add(by[edge] ?? NOBODY);
          if (isIn.has(to[edge] ?? -1)) inner.add(by[edge] ?? NOBODY);
        }
      }
      if (inner.size === 0) continue;
      if (inner.size === able.size) return component[0];
      const canLeaveOnly = (edge: number) => !inner.has(by[edge] ?? NOBODY);
      pending.push(component.filter((state) => !edgesOf(state).some(canLeaveOnly)));
    }
  }
  return undefined;
}

/** Tarjan's strongly connected components of some of the states, without recursion. */
function* componentsOf(
  states: readonly number[],
  edgesOf: (state: number) => Int32Array,
  to: readonly number[],
): Generator<number[]> {
  const isAmong = new Set(states);
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const isOpen = new Set<number>();
  const open: number[] = [];
  for (const root of states) {
    if (index.has(root)) continue;
    const path: { state: number; at: number }[] = [{ state: root, at: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { state, at } = top;
      if (at === 0) {
        low.set(state, index.size);
        index.set(state, index.size);
        open.push(state);
        isOpen.add(state);
      }
      const edge = edgesOf(state)[at];
      top.at += 1;
      if (edge === undefined) {
        path.pop();
        const parent = path.at(-1)?.state;
        if (parent !== undefined) low.set(parent, Math.min(low.get(parent) ?? 0, low.get(state) ?? 0));
        if (low.get(state) !== index.get(state)) continue;
        const component = open.splice(open.lastIndexOf(state));
        for (const member of component) isOpen.delete(member);
        yield component;
        continue;
      }
      const next = to[edge] ?? -1;
      if (!isAmong.has(next)) continue;
      if (!index.has(next)) path.push({ state: next, at: 0 });
      else if (isOpen.has(next)) low.set(state, Math.min(low.get(state) ?? 0, index.get(next) ?? 0));
    }
  }
}
