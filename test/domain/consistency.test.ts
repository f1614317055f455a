import { fixReport, type Issue } from '#domain/consistency.ts';

const issue = (kind: string): Issue => ({
  ...{ kind, severity: 'error', detail: '', repair: { action: 'none', safe: true } },
});

describe('what came of repairing', () => {
  it('is told in groups, with the reasons of what was left', () => {
    const [one, two, three] = [issue('one'), issue('two'), issue('three')];
    const outcomes = [
      { is: 'fixed', issue: one },
      { is: 'skipped', issue: two, reason: 'changed meanwhile' },
      { is: 'failed', issue: three, reason: 'no answer' },
    ] as const;
    expect(fixReport(true, outcomes)).toEqual({
      ...{ isDryRun: true, fixed: [one] },
      skipped: [{ issue: two, reason: 'changed meanwhile' }],
      failed: [{ issue: three, reason: 'no answer' }],
    });
    expect(fixReport(false, [])).toEqual({ isDryRun: false, fixed: [], skipped: [], failed: [] });
  });
});
