import type { IntegrationName, Integrations } from '#domain/integrations.ts';

/** A second integration, and what the registry would say with it. */
export const CRM = 'crm' as IntegrationName;
export const BOTH: Integrations = ['stripe', CRM];
