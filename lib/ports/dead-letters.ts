/** The messages that were given up after too many tries. */
export interface DeadLetters {
  /** About how many there are now. */
  count(): Promise<number>;
}

/** Sends what was given up back to where they failed. */
export interface DeadLetterRedrive {
  /** `underway`: an earlier redrive has not ended yet, and no other was begun. */
  redrive(): Promise<'begun' | 'underway'>;
}
