import type { Blocking } from "../../machine/thread.ts";
import { isBlocking } from "../../machine/thread.ts";
import type { NdisEnvironment } from "../environment.ts";
import { contained } from "./driver-code.ts";

/** What one driver is at: which of its handlers runs, and how many locks it holds. */
export class DriverConduct {
  /** Spin locks and read-write locks that are acquired; the same before and after every handler (CNC-10). */
  locksHeld = 0;
  /** The innermost handler that runs, by its documented name; null outside of handlers. Kept while the verifier is on. */
  handler: string | null = null;
}

/**
 * A handler whose faults are its driver's ({@link contained}), and that is watched by the verifier: it returns at the level at which it was called, with no lock more and none less (CNC-10).
 * One that blocks may have moved between its steps to wherever it likes; what counts is how each step ends.
 */
export function conducted<Routine extends (...parameters: never[]) => unknown>(
  environment: NdisEnvironment,
  owner: string,
  name: string,
  given: Routine,
  arity = -1,
): Routine {
  const routine = contained(owner, name, given, arity);
  if (!environment.verifying) return routine;
  const { processor } = environment;
  const conduct = environment.conductOf(owner);
  const returned = (outer: string | null, irql: number, locksHeld: number): void => {
    conduct.handler = outer;
    if (conduct.locksHeld !== locksHeld) {
      environment.misuse("CNC-10", owner, lockText(name, conduct.locksHeld - locksHeld));
    } else if (processor.irql !== irql) {
      const message = `${name} was called at IRQL ${irql} and returns at IRQL ${processor.irql}`;
      environment.misuse("Irql_IrqlSetting_Function", owner, message);
    }
  };
  function* steps(body: Blocking<unknown>): Blocking<unknown> {
    let signalled = false;
    for (;;) {
      const { irql } = processor;
      const { handler, locksHeld } = conduct;
      conduct.handler = name;
      const answer = body.next(signalled);
      returned(handler, irql, locksHeld);
      if (answer.done === true) return answer.value;
      signalled = yield answer.value;
    }
  }
  const watched = (...values: Parameters<Routine>): unknown => {
    const { irql } = processor;
    const { handler, locksHeld } = conduct;
    conduct.handler = name;
    const result = routine(...values);
    returned(handler, irql, locksHeld);
    return isBlocking(result) ? steps(result) : result;
  };
  return watched as Routine;
}

function lockText(name: string, more: number): string {
  return more > 0
    ? `${name} returns with ${more} locks that it acquired and did not release`
    : `${name} released ${-more} locks that were acquired before it was called`;
}
