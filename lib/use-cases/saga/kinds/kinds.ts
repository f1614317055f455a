import type { OperationKind } from '#domain/operation.ts';
import { createKind } from './create.ts';
import { deleteKind } from './delete.ts';
import type { Kind } from './kind.ts';
import { updateKind } from './update.ts';

export const KINDS: Readonly<Record<OperationKind, Kind>> = {
  create: createKind,
  update: updateKind,
  delete: deleteKind,
};
