import type { Scene } from '../scene.ts';
import { noDuplicateEmails } from './no-duplicate-emails.ts';
import { noFailedUndo } from './no-failed-undo.ts';
import { noHalfSyncs } from './no-half-syncs.ts';
import { noMismatchedIds } from './no-mismatched-ids.ts';
import { noMissingTwin } from './no-missing-twin.ts';
import { noOrphans } from './no-orphans.ts';
import { noRaces } from './no-races.ts';

/** The seven, in the order in which they are played. */
export const SCENES: readonly Scene[] = [
  noRaces,
  noMissingTwin,
  noDuplicateEmails,
  noMismatchedIds,
  noHalfSyncs,
  noFailedUndo,
  noOrphans,
];
