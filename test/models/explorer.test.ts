import { explore, type Step } from './explorer.ts';

/** A world whose states are names; it rests in `end`. */
function told(steps: Readonly<Record<string, readonly (readonly [to: string, by?: string])[]>>) {
  return explore(
    {
      initial: 'begin',
      prepare: async () => {},
      steps: (state): Step<string>[] =>
        (steps[state] ?? []).map(([to, by]) => ({ name: `to ${to}`, to, ...(by !== undefined && { by }) })),
      textOf: (state) => state,
      isAtRest: (state) => state === 'end',
      wrong: (state) => (state === 'wrong' ? ['It is wrong.'] : []),
    },
    100,
  );
}

describe('the explorer', () => {
  it('visits every state, and finds the shortest way to one that is wrong', async () => {
    expect(await told({ begin: [['a', 'x'], ['b']], a: [['end', 'x']], b: [['end', 'x']] })).toMatchObject({
      states: 4,
    });
    const { wrong } = await told({ begin: [['a', 'x']], a: [['b', 'x'], ['wrong']], b: [['wrong', 'x']] });
    expect(wrong).toEqual({ what: 'It is wrong.', path: ['to a', 'to wrong'] });
  });

  it('finds where nobody can do anything, and it is no rest', async () => {
    expect((await told({ begin: [['a', 'x']], a: [['end']] })).wrong?.path).toEqual(['to a']);
  });

  it('finds a way that goes round for ever, although everybody has turns', async () => {
    const round = { begin: [['a', 'x']], a: [['b', 'y']], b: [['a', 'x'], ['end']] } as const;
    expect((await told(round)).wrong?.what).toBe('It never comes to rest.');
  });

  it('minds no way that somebody would have to be kept from leaving for ever', async () => {
    const round = {
      begin: [['a', 'x']],
      a: [['b', 'y']],
      b: [
        ['a', 'x'],
        ['end', 'z'],
      ],
    } as const;
    expect((await told(round)).wrong).toBeUndefined();
  });

  it('says so when there are more states than it may remember', async () => {
    const endless = explore<number>(
      {
        ...{ initial: 0, prepare: async () => {}, steps: (at) => [{ name: 'on', to: at + 1, by: 'x' }] },
        ...{ textOf: String, isAtRest: () => false, wrong: () => [] },
      },
      10,
    );
    await expect(endless).rejects.toThrow('more than 10 states');
  });
});
