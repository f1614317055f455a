import type { Owner, Ownership } from '#ports/integration.ts';

/** Our metadata on a customer of Stripe's. The stage keeps deployments that share an account apart. */
export function metadataOf(stage: string, { customerId, operationId }: Ownership): Record<string, string> {
  return { concord_stage: stage, concord_customer_id: customerId, concord_operation_id: operationId };
}

/** Whom this metadata names. */
export function ownerOf(stage: string, metadata: Readonly<Record<string, string>>): Owner {
  const { concord_stage, concord_customer_id: customerId, concord_operation_id: operationId = '' } = metadata;
  if (concord_stage === undefined || customerId === undefined || customerId === '') return 'nobody';
  return concord_stage === stage ? { customerId, operationId } : 'another deployment';
}
