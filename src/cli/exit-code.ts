export const EXIT_OK = 0;
/** A violation, a failed expectation, something left behind. */
export const EXIT_FINDING = 1;
export const EXIT_BAD_INPUT = 2;
export const EXIT_OWN_FAULT = 3;
export const EXIT_INTERRUPTED = 130;

/** Bad usage or bad input: the command says it on one line and ends with {@link EXIT_BAD_INPUT}. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
