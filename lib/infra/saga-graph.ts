/** What of a state in the Amazon States Language decides where it goes. */
type State = {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly (Comparison & { readonly Next: string })[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
};
type Comparison = { readonly [operator: string]: unknown };
type Transition = { readonly to: string; readonly label?: string };

export type StatesDefinition = { readonly StartAt: string; readonly States: Readonly<Record<string, State>> };

export const GRAPH_BEGIN = '<!-- saga-graph: written by `npm run saga-graph` from the synthesized state machine -->';
export const GRAPH_END = '<!-- /saga-graph -->';
const END_OF_MACHINE = '[*]';

/** Words that a Mermaid state diagram keeps for itself, in any letter case. */
const RESERVED = new Set([
  ...['state', 'note', 'end', 'as', 'default', 'direction', 'scale', 'hide', 'left', 'right', 'of', 'fork', 'join'],
  ...['choice', 'class', 'classdef', 'style', 'click', 'href', 'title', 'acctitle', 'accdescr'],
]);

/**
 * A state machine as a Mermaid `stateDiagram-v2`: every state that can be reached, nearest to the start first, and
 * every transition with its condition. The order of the definition's keys makes no difference.
 */
export function mermaidOf({ StartAt, States }: StatesDefinition): string {
  const names = reachableFrom(StartAt, States);
  const ids = idsOf(names);
  const idOf = (name: string) => ids.get(name) ?? END_OF_MACHINE;
  const declared = names.filter((name) => idOf(name) !== name);
  return [
    'stateDiagram-v2',
    ...declared.map((name) => `  state "${escapeText(name)}" as ${idOf(name)}`),
    `  [*] --> ${idOf(StartAt)}`,
    ...names.flatMap((name) =>
      transitionsOf(name, States).map(
        ({ to, label }) => `  ${idOf(name)} --> ${idOf(to)}${label === undefined ? '' : `: ${escapeText(label)}`}`,
      ),
    ),
  ].join('\n');
}

/**
 * The document with this graph between its two markers, and everything else as it was.
 * @throws Error when the markers do not stand there once each, in order.
 */
export function withGraph(document: string, mermaid: string): string {
  const [before, ...others] = document.split(GRAPH_BEGIN);
  const [graph, after, ...more] = others.join(GRAPH_BEGIN).split(GRAPH_END);
  if (others.length !== 1 || graph === undefined || after === undefined || more.length > 0) {
    throw new Error(`The document must have these two lines, once each:\n${GRAPH_BEGIN}\n${GRAPH_END}`);
  }
  return `${before}${GRAPH_BEGIN}\n\`\`\`mermaid\n${mermaid}\n\`\`\`\n${GRAPH_END}${after}`;
}

function reachableFrom(start: string, states: StatesDefinition['States']): readonly string[] {
  const names = new Set([start]);
  // A set is walked in the order of insertion, and what is added meanwhile is walked too.
  for (const name of names) {
    for (const { to } of transitionsOf(name, states)) if (to !== END_OF_MACHINE) names.add(to);
  }
  return [...names];
}

function transitionsOf(name: string, states: StatesDefinition['States']): readonly Transition[] {
  const state = states[name];
  if (state === undefined) throw new Error(`The definition has no state ${name}.`);
  const isLast = state.End === true || state.Type === 'Succeed' || state.Type === 'Fail';
  return [
    ...(state.Next === undefined ? [] : [{ to: state.Next }]),
    ...(state.Choices ?? []).map((choice) => ({ to: choice.Next, label: conditionOf(choice) })),
    ...(state.Default === undefined ? [] : [{ to: state.Default, label: 'default' }]),
    ...(state.Catch ?? []).map(({ ErrorEquals, Next }) => ({ to: Next, label: caught(ErrorEquals) })),
    ...(isLast ? [{ to: END_OF_MACHINE }] : []),
  ];
}

function caught(errors: readonly string[]): string {
  return errors.includes('States.ALL') ? 'caught' : `caught ${errors.join(', ')}`;
}

/** A comparison with a text is that text, since the state's name says what is compared; any other is spelled out. */
function conditionOf({ Next: _next, Comment: _comment, ...comparison }: Comparison): string {
  const { And, Or, Not, Variable, ...test } = comparison;
  if (Array.isArray(And)) return And.map(conditionOf).join(' and ');
  if (Array.isArray(Or)) return Or.map(conditionOf).join(' or ');
  if (Not !== undefined) return `not ${conditionOf(Not as Comparison)}`;
  if (test['StringEquals'] !== undefined) return String(test['StringEquals']);
  return [Variable, ...Object.entries(test).flat()].filter((part) => part !== undefined).join(' ');
}

function idsOf(names: readonly string[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  // Names that are ids as they stand keep theirs; the others make way.
  const plainFirst = names.toSorted((left, right) => Number(isId(right)) - Number(isId(left)));
  for (const name of plainFirst) {
    let id = isId(name) ? name : name.replace(/\W+/g, '_').replace(/^_+|_+$/g, '');
    const taken = new Set(ids.values());
    while (!isId(id) || taken.has(id)) id = `${id}_`;
    ids.set(name, id);
  }
  return ids;
}

function isId(text: string): boolean {
  return /^\w+$/.test(text) && !RESERVED.has(text.toLowerCase());
}

/** Characters that end a Mermaid label, or mean something in it, as its entity codes. */
function escapeText(text: string): string {
  return text.replace(/[#;:"<>{}[\]\\]|--/g, (found) => [...found].map((one) => `#${one.codePointAt(0)};`).join(''));
}
