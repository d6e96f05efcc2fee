import type { NDIS_STATUS_FINAL } from "./ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "./ddi/status.ts";
import type { NdisEnvironment } from "./environment.ts";

/** A cell of a transition table: the next state, or the status with which the call fails and nothing changes. */
export type Cell<State extends string> = State | { readonly fails: NDIS_STATUS_FINAL };

/**
 * A noun's states and what every event does in each. An absent cell is illegal: the driver that caused the event broke a rule.
 * The tables are those of sections 23.1 to 23.6 of the rulebook.
 */
export interface TransitionTable<State extends string, Event extends string> {
  readonly noun: string;
  readonly events: { readonly [E in Event]: TransitionRow<State> };
}

export interface TransitionRow<State extends string> {
  /** The rule that an illegal event breaks. */
  readonly rule: string;
  /** States in which it breaks another rule. */
  readonly ruleIn?: { readonly [S in State]?: string };
  readonly cells: { readonly [S in State]?: Cell<State> };
}

export interface Stateful<State extends string> {
  readonly traceName: string;
  state: State;
  /** How often it has moved, also from a state to itself. */
  moves: number;
}

/**
 * The one way in which a noun changes state.
 * @param owner the driver that caused the event.
 * @returns SUCCESS when it moved, the status of a failing cell, FAILURE after an illegal event with the verifier off.
 * @throws BugCheck after an illegal event with the verifier on.
 */
export function advance<State extends string, Event extends string>(
  environment: NdisEnvironment,
  table: TransitionTable<State, Event>,
  object: Stateful<State>,
  event: Event,
  owner: string,
): NDIS_STATUS_FINAL {
  const from = object.state;
  const cell = table.events[event].cells[from];
  if (cell === undefined || isFailing(cell)) return refuse(environment, table, object, event, owner);
  object.state = cell as State;
  object.moves++;
  if (cell !== from) {
    if (environment.probe !== null)
      environment.probe.emit(environment.name, "state", table.noun, {
        object: object.traceName,
        event,
        from,
        to: cell,
      });
    environment.verifier?.history.noteTransition(object, event, from, cell);
  }
  return NDIS_STATUS_SUCCESS;
}

/**
 * Whether `event` is legal now, for operations that have to ask other drivers before the noun moves.
 * @returns and throws what {@link advance} would, but nothing moves.
 */
export function permits<State extends string, Event extends string>(
  environment: NdisEnvironment,
  table: TransitionTable<State, Event>,
  object: Stateful<State>,
  event: Event,
  owner: string,
): NDIS_STATUS_FINAL {
  const cell = table.events[event].cells[object.state];
  if (cell !== undefined && !isFailing(cell)) return NDIS_STATUS_SUCCESS;
  return refuse(environment, table, object, event, owner);
}

function refuse<State extends string, Event extends string>(
  environment: NdisEnvironment,
  table: TransitionTable<State, Event>,
  object: Stateful<State>,
  event: Event,
  owner: string,
): NDIS_STATUS_FINAL {
  const { rule, ruleIn, cells } = table.events[event];
  const cell = cells[object.state];
  if (cell !== undefined && isFailing(cell)) return cell.fails;
  const message = `${event} on ${object.traceName} in state ${object.state}: legal in ${legalStates<State>(cells)}`;
  environment.misuse(ruleIn?.[object.state] ?? rule, owner, message, object);
  return NDIS_STATUS_FAILURE;
}

function legalStates<State extends string>(cells: TransitionRow<State>["cells"]): string {
  const states = Object.entries<Cell<State> | undefined>(cells)
    .filter(([, cell]) => cell !== undefined && !isFailing(cell))
    .map(([state]) => state);
  return states.length === 0 ? "no state" : states.join(", ");
}

function isFailing<State extends string>(cell: Cell<State>): cell is { readonly fails: NDIS_STATUS_FINAL } {
  return typeof cell === "object";
}
