import type { PlantedBug } from '../stack/planted-bug.ts';

/** Who ends an operation is not looked at any more: an owner that was overtaken ends it a second time. */
export const ENDED_BY_ANYBODY: PlantedBug = {
  file: 'lib/use-cases/saga/finalise.ts',
  guard: `        unchanged(operation),
      ),
      ...KINDS[operation.kind].succeed(deps, operation, { externalId, at, ...requestId }, isAskedToLook),`,
  without: `        { is: 'missing', field: 'anything' },
      ),
      ...Object.fromEntries(
        Object.entries(KINDS[operation.kind].succeed(deps, operation, { externalId, at, ...requestId }, isAskedToLook))
          .filter(([, write]) => write !== undefined)
          .map(([name, write]) => [name, { ...write, when: { is: 'missing', field: 'anything' } }]),
      ),`,
};
