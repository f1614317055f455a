/** The integrations besides the gate: each one's adapter, beside its name in lib/domain/integrations.ts. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { cachedSecret } from '#adapters/secrets-manager/secrets.ts';
import { requireEnv, systemClock, systemDigest } from '#adapters/system/system.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import type { EventList } from '#ports/event-list.ts';
import type { Integration } from '#ports/integration.ts';
import type { Digest } from '#ports/pokes.ts';

type FollowerName = Exclude<IntegrationName, 'stripe'>;
type Follower = { readonly integration: Integration; readonly events: EventList };
type Wired = (
  name: FollowerName,
  given: { readonly credentials: () => Promise<string>; readonly stage: string; readonly digest: Digest },
) => Follower;

const WIRED: Readonly<Record<FollowerName, Wired>> = {};

const secrets = new SecretsManagerClient({});

export const followers: Readonly<Record<string, Follower>> = Object.fromEntries(
  Object.entries<Wired>(WIRED).map(([name, wire]) => {
    const secret = cachedSecret(secrets, requireEnv(`${name.toUpperCase()}_CREDENTIALS_ARN`), systemClock.nowMs);
    return [
      name,
      wire(name as FollowerName, { credentials: secret.read, stage: requireEnv('STAGE'), digest: systemDigest }),
    ];
  }),
);
