/** What `npm start` was asked for. */
export type Options = {
  /** The API's port; the other four follow it. */
  readonly port: number;
  /** Where the state is kept across restarts; in memory when absent. */
  readonly data: string | undefined;
  /** One line for a program on stdout, rather than a screen for a person. */
  readonly json: boolean;
  /** Whether schedules fire by themselves. */
  readonly schedules: boolean;
};
