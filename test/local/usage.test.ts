import { createUsage } from '../../local/usage.ts';
import { failed, scriptedFunction, succeeded } from './aws-fixture.ts';

describe('what is billed besides calls', () => {
  it('counts each invocation that an environment began, however it ended', async () => {
    const usage = createUsage();
    const steps = scriptedFunction('steps', (_event, nth) => (nth === 1 ? succeeded('done') : failed('Error')));
    const metered = usage.metered(steps);
    expect(await metered.invoke({})).toEqual(succeeded('done'));
    await metered.invoke({});
    expect(usage.report().functions).toEqual({ steps: { invocations: 2, busy_ms: expect.any(Number) } });
  });

  it('counts the states that executions entered, by machine', () => {
    const usage = createUsage();
    for (const machine of ['saga', 'saga', 'reconciliation']) usage.noteTransition(machine);
    expect(usage.report().state_transitions).toEqual({ saga: 2, reconciliation: 1 });
  });
});
