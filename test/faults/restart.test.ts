import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inPlantedCopy } from '../stack/planted-bug.ts';
import { OUTAGES, tellOutages } from './restarts.ts';

/** Everything is killed at once: the functions, the running executions, the queues' and Stripe's double, DynamoDB. */
describe('a stack that is killed in the middle of mixed work', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'concord-restart-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it('ends all of it after a restart, loses nothing acknowledged, and repeats every reply', async () => {
    expect(await tellOutages(OUTAGES, { data })).toEqual([]);
  });

  // Negative control: the story must end badly without the guard that it is about.
  it('would leave operations unfinished if the sweep did not resume them', async () => {
    const bug = {
      file: 'lib/use-cases/saga/sweep-operations.ts',
      guard: 'await resumeOperation(deps, key.operationId)',
      without: 'Number(0) && (await resumeOperation(deps, key.operationId))',
    };
    await inPlantedCopy(bug, async (checkout) => {
      const wrong = await tellOutages(OUTAGES.slice(0, 1), { data, checkout });
      expect(wrong).toContainEqual(expect.stringMatching(/Operation .* is still running\./));
    });
  });
});
