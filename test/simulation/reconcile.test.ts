import type { ConsistencyReport } from '#domain/consistency.ts';
import { validate } from '#use-cases/repair/validate.ts';
import { disagreements } from './agreement.ts';
import { NO_FAULTS, ROUGH_WEATHER } from './faults.ts';
import type { Ports } from './simulated-ports.ts';
import { endTwoWay, pokeOf, type TwoWayStory, twoWayRig } from './two-way.ts';

const WORLDS = Number(process.env['SEEDS'] ?? 250);
const HOUR_MS = 3600_000;
/** Without a grace period, whatever is due is overdue. */
const OVERDUE = new Set(['pending-too-long', 'adoption-overdue', 'attempt-unknown-too-long', 'operation-overdue']);
const CALM = { isFaulty: false, lifetimeMs: Number.POSITIVE_INFINITY };

const compared = (ports: Ports, graceMs = 10 * 60_000): Promise<ConsistencyReport> =>
  validate({ ...ports, graceMs, mostAtOnce: 100_000 });

/** What validate says of a world at rest, an hour later. */
async function reportAtRest(story: TwoWayStory) {
  const rig = twoWayRig(story);
  await endTwoWay(rig);
  let report: ConsistencyReport | undefined;
  rig.task(
    'validate',
    async (ports) => {
      await ports.clock.sleep(HOUR_MS);
      report = await compared(ports);
    },
    CALM,
  );
  await rig.run();
  return { rig, report: report as ConsistencyReport };
}

describe('validate', () => {
  it(`reports nothing of ${WORLDS} worlds at rest`, async () => {
    for (let seed = 1; seed <= WORLDS; seed += 1) {
      const story = { seed, faults: seed % 2 === 0 ? NO_FAULTS : ROUGH_WEATHER, hasSharedEmails: seed % 3 === 0 };
      const { rig, report } = await reportAtRest(story);
      const wrong = report.issues.map(({ kind, customerId }) => `${kind} ${customerId}`);
      expect([seed, wrong, disagreements(rig)]).toEqual([seed, [], []]);
    }
  }, 600_000);

  /** What it says, seed by seed, while clients and people at the dashboard are at work. */
  async function saidMeanwhile(seed: number, patience: (ports: Ports) => Ports): Promise<string[]> {
    const rig = twoWayRig({ seed, faults: NO_FAULTS, hasSharedEmails: seed % 3 === 0 });
    // Every event is delivered within a second, as webhooks are.
    rig.task('webhooks', (ports) => deliverAll(ports, rig), CALM);
    const said: string[] = [];
    rig.task(
      'validate',
      async (ports) => {
        for (let round = 0; round < 6; round += 1) {
          await ports.clock.sleep(2_000);
          // Nothing is too young: all there is to go by is what is owed, and that what changes is left alone.
          const { issues } = await compared(patience(ports), 0);
          said.push(...issues.flatMap(({ kind }) => (OVERDUE.has(kind) ? [] : [kind])));
        }
      },
      CALM,
    );
    await rig.run();
    return said;
  }

  it('reports nothing that the others at work are about to end', async () => {
    for (let seed = 1; seed <= WORLDS / 5; seed += 1) {
      expect([seed, await saidMeanwhile(seed, (ports) => ports)]).toEqual([seed, []]);
    }
  }, 600_000);

  it('would, if it did not give webhooks their time between the two looks', async () => {
    const impatient = (ports: Ports) => ({ ...ports, clock: { nowMs: ports.clock.nowMs, sleep: async () => {} } });
    let said: string[] = [];
    for (let seed = 1; seed <= WORLDS / 5 && said.length === 0; seed += 1) said = await saidMeanwhile(seed, impatient);
    expect(said).not.toEqual([]);
  }, 600_000);
});

async function deliverAll({ clock, pokes }: Ports, rig: ReturnType<typeof twoWayRig>): Promise<void> {
  let delivered = 0;
  for (let round = 0; round < 60; round += 1) {
    await clock.sleep(500);
    for (const event of rig.events().slice(delivered)) {
      delivered += 1;
      const poke = pokeOf(event);
      if (poke !== undefined) await pokes.poke(poke);
    }
  }
}
