import {
  GRAPH_BEGIN as begin,
  GRAPH_END as end,
  mermaidOf,
  type StatesDefinition,
  withGraph,
} from '../../lib/infra/saga-graph.ts';

const SAGA: StatesDefinition = {
  StartAt: 'Apply',
  States: {
    Done: { Type: 'Succeed' },
    'Applied?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.outcome', StringEquals: 'rejected', Next: 'Release' }],
      Default: 'Done',
    },
    Release: { Type: 'Task', Next: 'Done' },
    Apply: { Type: 'Task', Next: 'Applied?', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Release' }] },
    Unreachable: { Type: 'Pass', End: true },
  },
};

const linesOf = (states: StatesDefinition['States']) => mermaidOf({ StartAt: 'Start', States: states }).split('\n');

describe('the graph of a state machine', () => {
  it('has every state that can be reached, and every transition with its condition', () => {
    expect(mermaidOf(SAGA)).toBe(
      [
        'stateDiagram-v2',
        '  state "Applied?" as Applied',
        '  [*] --> Apply',
        '  Apply --> Applied',
        '  Apply --> Release: caught',
        '  Applied --> Release: rejected',
        '  Applied --> Done: default',
        '  Release --> Done',
        '  Done --> [*]',
      ].join('\n'),
    );
  });

  it('is the same however the definition is ordered', () => {
    const reversed = Object.fromEntries(Object.entries(SAGA.States).reverse());
    expect(mermaidOf({ ...SAGA, States: reversed })).toBe(mermaidOf(SAGA));
  });

  it('spells out which errors are caught, and comparisons with anything but a text', () => {
    const lines = linesOf({
      Start: { Type: 'Task', Next: 'Choose', Catch: [{ ErrorEquals: ['Busy', 'States.Timeout'], Next: 'End it' }] },
      Choose: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.n', NumericGreaterThan: 3, Next: 'End it' },
          { Not: { Variable: '$.a', IsPresent: true }, Next: 'End it' },
          {
            And: [
              { Variable: '$.a', StringEquals: 'one' },
              { Or: [{ StringEquals: 'two' }, { StringEquals: 'three' }] },
            ],
            Next: 'End it',
          },
        ],
      },
      'End it': { Type: 'Fail' },
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        '  Start --> End_it: caught Busy, States.Timeout',
        '  Choose --> End_it: $.n NumericGreaterThan 3',
        '  Choose --> End_it: not $.a IsPresent true',
        '  Choose --> End_it: one and two or three',
      ]),
    );
  });

  it('keeps names apart that would be one id, or a word of Mermaid', () => {
    const lines = linesOf({
      Start: { Type: 'Task', Next: 'Start?' },
      'Start?': { Type: 'Task', Next: 'Note' },
      Note: { Type: 'Task', Next: '%' },
      '%': { Type: 'Pass', End: true },
    });
    expect(lines).toEqual([
      'stateDiagram-v2',
      '  state "Start?" as Start_',
      '  state "Note" as Note_',
      '  state "%" as _',
      '  [*] --> Start',
      '  Start --> Start_',
      '  Start_ --> Note_',
      '  Note_ --> _',
      '  _ --> [*]',
    ]);
  });

  it('writes as entities what would end a label', () => {
    const lines = linesOf({
      Start: { Type: 'Choice', Choices: [{ StringEquals: 'a: b; #1 -->', Next: 'Say "so"' }] },
      'Say "so"': { Type: 'Succeed' },
    });
    expect(lines).toContain('  state "Say #34;so#34;" as Say_so');
    expect(lines).toContain('  Start --> Say_so: a#58; b#59; #35;1 #45;#45;#62;');
  });

  it('tells which state is missing', () => {
    expect(() => mermaidOf({ StartAt: 'Nowhere', States: {} })).toThrow('The definition has no state Nowhere.');
  });
});

describe('a document with the graph', () => {
  it('has it between its markers, and is otherwise as it was', () => {
    const document = `# Title\n\n${begin}\nold\n${end}\n\nText.\n`;
    const drawn = withGraph(document, 'new');
    expect(drawn).toBe(`# Title\n\n${begin}\n\`\`\`mermaid\nnew\n\`\`\`\n${end}\n\nText.\n`);
    expect(withGraph(drawn, 'new')).toBe(drawn);
  });

  it.each([['no marker'], [begin], [end], [`${end}${begin}`], [`${begin}${end}${begin}${end}`]])(
    'is refused: %s',
    (text) => {
      expect(() => withGraph(text, 'new')).toThrow('once each');
    },
  );
});
