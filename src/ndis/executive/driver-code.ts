import { AssertionFailure, BugCheck, SYSTEM_THREAD_EXCEPTION_NOT_HANDLED } from "../../machine/bug-check.ts";
import type { Blocking, WaitRequest } from "../../machine/thread.ts";
import { isBlocking, KernelEvent } from "../../machine/thread.ts";

/*
 * Where NDIS runs a driver's code. What that throws is an exception that the driver did not handle: it stops the machine, as
 * SYSTEM_THREAD_EXCEPTION_NOT_HANDLED does, and names the driver.
 */

type Routine = (...parameters: never[]) => unknown;

/**
 * A routine of a driver, with everything that it throws turned into a bug check of that driver.
 * @param arity how many arguments it is given, where that is known: gathering them costs an array for each call.
 */
export function contained<Given extends Routine>(owner: string, name: string, given: Given, arity = -1): Given {
  const routine = given as unknown as AnyRoutine;
  const failed = (error: unknown): unknown => unhandled(owner, name, error);
  const answered = (result: unknown): unknown => (isBlocking(result) ? containedSteps(owner, name, result) : result);
  return byArity(arity, routine, failed, answered) as unknown as Given;
}

type AnyRoutine = (...parameters: unknown[]) => unknown;

function byArity(
  arity: number,
  routine: AnyRoutine,
  failed: (error: unknown) => unknown,
  answered: (result: unknown) => unknown,
): AnyRoutine {
  switch (arity) {
    case 1:
      return (a) => {
        try {
          const result = routine(a);
          return typeof result === "object" ? answered(result) : result;
        } catch (error) {
          throw failed(error);
        }
      };
    case 2:
      return (a, b) => {
        try {
          const result = routine(a, b);
          return typeof result === "object" ? answered(result) : result;
        } catch (error) {
          throw failed(error);
        }
      };
    case 3:
      return (a, b, c) => {
        try {
          const result = routine(a, b, c);
          return typeof result === "object" ? answered(result) : result;
        } catch (error) {
          throw failed(error);
        }
      };
    case 4:
      return (a, b, c, d) => {
        try {
          const result = routine(a, b, c, d);
          return typeof result === "object" ? answered(result) : result;
        } catch (error) {
          throw failed(error);
        }
      };
    default:
      return (...values) => {
        try {
          return answered(routine(...values));
        } catch (error) {
          throw failed(error);
        }
      };
  }
}

/** A body that blocks: each of its steps is the driver's code, and what it yields must be something to wait for. */
function* containedSteps(owner: string, name: string, body: Blocking<unknown>): Blocking<unknown> {
  let signalled = false;
  for (;;) {
    let step: IteratorResult<WaitRequest, unknown> | null | undefined;
    try {
      step = body.next(signalled);
    } catch (error) {
      throw unhandled(owner, name, error);
    }
    if (typeof step !== "object" || step === null) throw unhandled(owner, name, "its body gives no iterator results");
    if (step.done === true) return step.value;
    if (!isWait(step.value)) throw unhandled(owner, name, "its body waits for what is no event and no time");
    signalled = yield step.value;
  }
}

function isWait(value: unknown): value is WaitRequest {
  if (typeof value !== "object" || value === null) return false;
  const { event, timeoutNs } = value as Partial<WaitRequest>;
  return (event === null || event instanceof KernelEvent) && typeof timeoutNs === "number" && timeoutNs >= 0;
}

/** The innermost driver is the one whose fault it was: a bug check goes on as it is, and so does a fault of the emulator. */
function unhandled(owner: string, name: string, error: unknown): unknown {
  if (error instanceof BugCheck || error instanceof AssertionFailure) return error;
  const message = `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  return new BugCheck(SYSTEM_THREAD_EXCEPTION_NOT_HANDLED, [0, 0, 0, 0], "unhandled-exception", owner, message);
}
