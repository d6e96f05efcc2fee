import type { Blocking } from "../../machine/thread.ts";
import { isBlocking } from "../../machine/thread.ts";
import type { Ddi, DdiName } from "../ddi/catalog.ts";
import type { NDIS_STATUS } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, statusByName, statusName } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";

type Routine = (...parameters: unknown[]) => unknown;

/** The rule that says what a callback answers, where one does. */
const RULES: Readonly<Partial<Record<DdiName, string>>> = {
  ProtocolCmMakeCall: "OUT-05",
  ProtocolCmCloseCall: "CLS-07",
  ProtocolClIncomingCall: "INC-04",
  ProtocolCmModifyCallQoS: "QOS-02",
  ProtocolCmAddParty: "PTY-04",
  ProtocolCmDropParty: "PTY-11",
};

/**
 * Callbacks that answer with what the catalog lists for them, or with what the placeholder of a feature that is not there answers
 * (REG-09), and with nothing else. Others may answer with an error of their own.
 */
const CLOSED_LISTS: ReadonlySet<string> = new Set<DdiName>([
  "ProtocolCmModifyCallQoS",
  "ProtocolCmAddParty",
  "ProtocolCmDropParty",
]);
const PLACEHOLDER_ANSWER = "NDIS_STATUS_NOT_SUPPORTED";

/** What NDIS waits for when it blocks; any other callback returns. */
const MAY_BLOCK: ReadonlySet<string> = new Set<DdiName>([
  "MiniportInitializeEx",
  "MiniportPause",
  "MiniportRestart",
  "ProtocolBindAdapterEx",
  "ProtocolUnbindAdapterEx",
  "ProtocolNetPnPEvent",
  "ProtocolClNotifyCloseAf",
]);

/** Whether a callback answers with an NDIS_STATUS. */
export function answersStatus(row: Ddi | null): row is Ddi {
  return row?.statuses.some((status) => status.startsWith("NDIS_STATUS_")) ?? false;
}

/** A handler whose answer is an NDIS_STATUS, whatever it returns: what is none breaks a rule and counts as FAILURE. */
export function answering(environment: NdisEnvironment, owner: string, row: Ddi, handler: Routine): Routine {
  const rule = RULES[row.name as DdiName] ?? "NullCheck";
  const checked = (answer: unknown): unknown => {
    if (Number.isInteger(answer)) return answer;
    environment.misuse(rule, owner, `${row.name} answers with an NDIS_STATUS`);
    return NDIS_STATUS_FAILURE;
  };
  function* settled(body: Blocking<unknown>): Blocking<unknown> {
    return checked(yield* body);
  }
  const lookCloser = (answer: unknown): unknown =>
    isBlocking(answer) && MAY_BLOCK.has(row.name) ? settled(answer) : checked(answer);
  const answered = CLOSED_LISTS.has(row.name) ? fromList(environment, owner, row, rule, handler) : handler;
  return byArity(row.parameters.length, answered, lookCloser);
}

/** The handler; a status that it answers with is one of those that the catalog lists. */
function fromList(environment: NdisEnvironment, owner: string, row: Ddi, rule: string, handler: Routine): Routine {
  const listed = new Set([...row.statuses, PLACEHOLDER_ANSWER]);
  const answers = [...listed].map(statusByName);
  return (...values) => {
    const answer = handler(...values) as NDIS_STATUS;
    if (Number.isInteger(answer) && !answers.includes(answer))
      environment.misuse(rule, owner, `${row.name} answers ${[...listed].join(", ")}, not ${statusName(answer)}`);
    return answer;
  };
}

/** The handler, whose answer is looked at when it is no integer. Spelt out by arity: gathering arguments costs an array for each call. */
function byArity(arity: number, handler: Routine, lookCloser: (answer: unknown) => unknown): Routine {
  const settle = (answer: unknown): unknown => (Number.isInteger(answer) ? answer : lookCloser(answer));
  switch (arity) {
    case 1:
      return (a) => settle(handler(a));
    case 2:
      return (a, b) => settle(handler(a, b));
    case 3:
      return (a, b, c) => settle(handler(a, b, c));
    case 4:
      return (a, b, c, d) => settle(handler(a, b, c, d));
    default:
      return (...values) => settle(handler(...values));
  }
}
