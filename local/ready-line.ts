import type { Issuer } from './issuer.ts';

/** What a program learns when the runner is ready; the names are those of its one line. */
export type ReadyLine = {
  readonly ready: true;
  readonly api: string;
  readonly webhook: string;
  readonly stripe: string;
  readonly dynamodb: string;
  readonly control: string;
  /** May do everything. */
  readonly token: string;
  /** Of three other callers. */
  readonly tokens: { readonly read: string; readonly write: string; readonly admin: string };
  readonly webhook_secret: string;
};

/** Tokens for a start: of one caller who may do everything, and of three others. */
export async function firstTokens({ issueToken }: Issuer): Promise<Pick<ReadyLine, 'token' | 'tokens'>> {
  const [read, write, admin] = ['customers:read', 'customers:write', 'customers:admin'] as const;
  const all = [read, write, admin];
  const [token, ofReader, ofWriter, ofAdmin] = await Promise.all([
    issueToken({ scopes: all, subject: 'local-user' }),
    issueToken({ scopes: [read], subject: 'local-reader' }),
    issueToken({ scopes: [read, write], subject: 'local-writer' }),
    issueToken({ scopes: all, subject: 'local-admin' }),
  ]);
  return { token, tokens: { read: ofReader, write: ofWriter, admin: ofAdmin } };
}
