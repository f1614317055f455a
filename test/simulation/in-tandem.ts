import type { IntegrationName } from '#domain/integrations.ts';
import { ownersAgainst } from '#domain/merge.ts';
import { handleAllPokes } from '#use-cases/sync/handle-all-pokes.ts';
import { pokeOf } from '../../examples/second-integration/adapter/crm-changes.ts';
import { CrmIntegration } from '../../examples/second-integration/adapter/crm-integration.ts';
import { contactsDouble } from '../../examples/second-integration/double/contacts.ts';
import { disagreements } from './agreement.ts';
import { BOTH, CRM } from './integrations.ts';
import type { Ports } from './simulated-ports.ts';
import { endTwoWay, type TwoWayStory, twoWayRig } from './two-way.ts';

const EDITS = 4;
const LONGEST_PAUSE_MS = 4_000;

/**
 * As `twoWayRig` has it, and besides, people at a CRM that is registered too create, change and delete contacts, and its
 * list of changes is looked through now and then.
 */
export function tandemRig(story: TwoWayStory) {
  let nowMs = () => 0;
  const crm = contactsDouble(() => nowMs());
  const crmOf = ({ call }: Ports) =>
    new CrmIntegration(
      CRM,
      (request) => call(`crm ${request.method} ${request.path}`, () => crm.answer(request), request.method !== 'GET'),
      'simulated',
    );
  const rig = twoWayRig({
    ...story,
    integrations: BOTH,
    async consume(ports, poke) {
      const ofCrm = { ...ports, integration: crmOf(ports), owners: ownersAgainst(CRM, ports.owners) };
      const syncs = Object.fromEntries([['stripe', ports] as const, [CRM, ofCrm] as const]);
      for (const error of (await handleAllPokes(syncs, [poke])).values()) throw error;
    },
  });
  nowMs = rig.nowMs;
  const calm = { isFaulty: false, lifetimeMs: Number.POSITIVE_INFINITY };
  rig.task('person-at-crm', (ports) => actAtCrm(ports), calm);
  rig.task('crm-sweep', (ports) => lookThrough(ports), calm);

  async function actAtCrm({ clock, call }: Ports): Promise<void> {
    const ask = (method: string, path: string, body: object) =>
      call(`person ${method} ${path}`, () => crm.answer({ method, path, body }), false);
    if (rig.random.chance(0.5)) await ask('POST', '/contacts', { full_name: 'D', mail: 'd@example.com' });
    for (let edit = 1; edit <= EDITS; edit += 1) {
      await clock.sleep(rig.random.below(LONGEST_PAUSE_MS));
      const alive = crm.contacts().filter(({ deleted }) => !deleted);
      if (alive.length === 0) continue;
      const { id } = rig.random.pick(alive);
      if (rig.random.chance(0.1)) {
        await ask('DELETE', `/contacts/${id}`, {});
        continue;
      }
      const mail = rig.random.chance(0.2) ? null : `x${edit}@example.com`;
      const body = rig.random.chance(0.6) ? { full_name: `x${edit}` } : { mail };
      await ask('PATCH', `/contacts/${id}`, body);
    }
  }

  async function lookThrough({ clock, digest, pokes }: Ports): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      await clock.sleep(rig.random.below(2 * LONGEST_PAUSE_MS));
      for (const change of rig.random.shuffled(crm.changes()).slice(0, 3)) {
        await pokes.poke({ ...pokeOf(digest, change), integration: CRM });
      }
    }
  }
  return { ...rig, crm };
}

/** What is wrong at the end of a story; what keeps it from its end is wrong too. */
export async function wrongInTandem(story: TwoWayStory): Promise<string[]> {
  const rig = tandemRig(story);
  const { crm } = rig;
  try {
    await endTwoWay(rig);
    rig.task('last look', async ({ digest, pokes }) => {
      for (const change of crm.changes()) await pokes.poke({ ...pokeOf(digest, change), integration: CRM });
    });
    await rig.run();
    await rig.quiesce(rig.resume);
  } catch (error) {
    return [String(error)];
  }
  const catalogFor = (name: IntegrationName) => () =>
    rig.catalog().filter(({ key }) => (key.type !== 'sync' && key.type !== 'link') || key.integration === name);
  const contacts = () =>
    crm.contacts().map(({ id, full_name: name, mail: email, tags, deleted }) => ({
      customer: { id, name, email, metadata: { concord_customer_id: tags['concord_customer'] ?? '' } },
      deleted,
    }));
  return [
    ...disagreements({ catalog: catalogFor('stripe'), stripeCustomers: rig.stripeCustomers }),
    ...disagreements({ catalog: catalogFor(CRM), stripeCustomers: contacts, isFollower: true }).map(
      (wrong) => `crm: ${wrong}`,
    ),
  ];
}
