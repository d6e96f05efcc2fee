import type { Blocking } from "../../machine/thread.ts";
import type { AddressFamily } from "./address-family.ts";

/**
 * A client's callback that may block, watched: it must not wait while the close of an address family is pending, which the call manager
 * may not finish before the callback returns (AF-28, CNC-09).
 * @param closing which address family of the client is being closed now, if any.
 */
export function* withoutAwaitingClose<T>(
  rule: string,
  owner: string,
  closing: () => AddressFamily | null,
  body: Blocking<T>,
): Blocking<T> {
  let resumeWith = false;
  for (;;) {
    const step = body.next(resumeWith);
    if (step.done === true) return step.value;
    const af = closing();
    if (af !== null) {
      const message = `a callback waits while the close of ${af.traceName} is pending`;
      af.environment.misuse(rule, owner, message, af);
    }
    resumeWith = yield step.value;
  }
}
