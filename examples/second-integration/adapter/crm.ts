import type { IntegrationName } from '#domain/integrations.ts';
import type { Digest } from '#ports/pokes.ts';
import { crmOverHttp } from './contacts-api.ts';
import { crmChanges } from './crm-changes.ts';
import { CrmIntegration } from './crm-integration.ts';

/** What an integration is given to be wired of. */
type Given = { readonly credentials: () => Promise<string>; readonly stage: string; readonly digest: Digest };

/** The CRM as a registered integration. */
export function crm(name: IntegrationName, { credentials, stage, digest }: Given) {
  const send = crmOverHttp(credentials);
  return { integration: new CrmIntegration(name, send, stage), events: crmChanges(send, digest) };
}
