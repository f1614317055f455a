/** Collects what must be closed, in the order in which it was opened. */
export type Closers = {
  /** Remembers how to close what was just opened; at once, if everything is closed already. */
  add(close: () => Promise<void> | void): Promise<void> | void;
  /** Closes in reverse order, so that nothing calls what is gone. One that fails does not keep the others open. */
  closeAll(): Promise<void>;
};

export function createClosers(): Closers {
  const closers: (() => Promise<void> | void)[] = [];
  let closed = false;
  return {
    add(close) {
      if (closed) return close();
      closers.push(close);
    },
    async closeAll() {
      closed = true;
      const failures: unknown[] = [];
      for (const close of closers.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
