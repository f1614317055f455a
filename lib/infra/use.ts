/** Some actions on one resource. */
export type Permission = { readonly actions: readonly string[]; readonly resource: string };

/**
 * Something that a function uses: what it is told of it, and what its role may do with it. The two come as one, so that
 * neither is given without the other.
 */
export type Use = {
  /** Environment variables. Never a secret: where it is, at most. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Without any there is nothing to be allowed. */
  readonly permissions?: readonly Permission[];
  /** So many executions of the function may use it at once: they are reserved for it, of the account's quota. */
  readonly atOnce?: number;
};
