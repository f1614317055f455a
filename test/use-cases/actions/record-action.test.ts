import { notFound } from '#domain/problem.ts';
import type { Action, ActionLog } from '#ports/action-log.ts';
import { type AskedAction, recordAction } from '#use-cases/actions/record-action.ts';
import { moduleWith } from '../../simulation/planted.ts';

const ASKED: AskedAction = {
  ...{ caller: { issuer: null, subject: 'ann' }, name: 'POST /operations/{id}/retry', target: 'o1' },
  ...{ asked: {}, requestId: 'r1' },
};

describe('recording an action', () => {
  let noted: string[];
  let warnings: string[];
  const act = (work: () => Promise<string>, failing: Partial<ActionLog> = {}, record = recordAction<string>) => {
    noted = [];
    warnings = [];
    const actions: ActionLog = {
      begin: async ({ outcome, caller }: Action) => void noted.push(`begun by ${caller.subject}, ${outcome}`),
      end: async (_action, outcome) => void noted.push(`ended: ${outcome}`),
      list: async () => ({ actions: [], next: undefined }),
      ...failing,
    };
    const clock = { nowMs: () => 0, sleep: async () => {} };
    const random = { id: () => 'a1', fraction: () => 0 };
    const log = { warn: (message: string) => void warnings.push(message) };
    return record({ actions, clock, random, log }, ASKED, work);
  };
  const fail = () => Promise.reject(new Error('The table is away.'));

  it('notes who asked before it is done, and how it ended', async () => {
    const told = await act(async () => {
      noted.push('done');
      return 'told';
    });
    expect([told, ...noted]).toEqual(['told', 'begun by ann, null', 'done', 'ended: done']);
  });

  it('notes what it was refused with, and passes the refusal on', async () => {
    await expect(act(() => Promise.reject(notFound('operation')))).rejects.toThrow('operation');
    expect(noted.at(-1)).toBe('ended: not-found');
    await expect(act(fail)).rejects.toThrow('away');
    expect(noted.at(-1)).toBe('ended: internal');
  });

  it('does nothing that cannot be noted', async () => {
    let done = false;
    const work = async () => {
      done = true;
      return 'told';
    };
    await expect(act(work, { begin: fail })).rejects.toThrow('away');
    expect(done).toBe(false);
  });

  it('and would without its first note', async () => {
    const bug = {
      ...{ file: 'lib/use-cases/actions/record-action.ts', guard: 'await actions.begin(action);' },
      without: 'void actions.begin(action).catch(() => undefined);',
    };
    const planted = await moduleWith<typeof import('#use-cases/actions/record-action.ts')>(bug.file, [bug]);
    expect(await act(async () => 'done', { begin: fail }, planted.recordAction)).toBe('done');
  });

  it('tells what was done also when its end cannot be noted', async () => {
    expect(await act(async () => 'told', { end: fail })).toBe('told');
    expect(warnings).toEqual(['How an action ended was not noted.']);
  });
});
