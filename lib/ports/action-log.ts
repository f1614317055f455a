/** Who called: by a token's issuer and subject, or by an IAM role or user, which has no issuer. */
export type Caller = { readonly issuer: string | null; readonly subject: string };

/** Something that an administrator asked for. `outcome` is there once it has ended; what died in between has none. */
export type Action = {
  readonly id: string;
  readonly at: string;
  readonly caller: Caller;
  /** What was asked for, as its route says it. */
  readonly name: string;
  /** On which customer or operation, if it was one. */
  readonly target: string | null;
  /** How it was asked for; nothing personal. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  /** `done`, or the type of the problem that it ended with. */
  readonly outcome: string | null;
};

/** Newest first; `next` when there are older ones still. */
export type ActionPage = { readonly actions: readonly Action[]; readonly next: string | undefined };

/** What administrators have asked for. An entry stays for 400 days. */
export interface ActionLog {
  begin(action: Action): Promise<void>;
  end(action: Pick<Action, 'id' | 'at'>, outcome: string): Promise<void>;
  list(limit: number, from: string | undefined): Promise<ActionPage>;
}
