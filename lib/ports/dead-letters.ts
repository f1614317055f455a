/** The messages that were given up after too many tries. */
export interface DeadLetters {
  /** About how many there are now. */
  count(): Promise<number>;
}
