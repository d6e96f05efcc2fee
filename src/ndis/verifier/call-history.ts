import type { Clock } from "../../machine/clock.ts";
import type { Processor } from "../../machine/processor.ts";

/** An object of NDIS as the verifier knows it: its name, and what drivers know it by when NDIS calls them. */
export interface Named {
  readonly traceName: string;
  /** The drivers' contexts for it, if it has any: a callback that carries one is about it. */
  readonly contexts?: readonly unknown[];
}

export type CallKind = "ddi" | "callback" | "state";

/** One crossing of the DDI boundary, or one transition. */
class CallRecord {
  serial = -1;
  timeNs = 0;
  irql = 0;
  kind: CallKind = "ddi";
  driver = "";
  name = "";
  /** The arguments; for a transition the object, the state before and the state after. */
  values: readonly unknown[] = [];
}

/** How many calls are remembered: those that move data in a ring of their own, so that they do not wash away the others. */
const CONTROL_CALLS = 512;
const TRANSFER_CALLS = 64;
/** How many calls of one object are told. */
const LONGEST_STORY = 24;

/** What happened last at the DDI boundary and in the state funnels of one machine: the story that a bug check tells. */
export class CallHistory {
  readonly #clock: Clock;
  readonly #processor: Processor;
  readonly #control = records(CONTROL_CALLS);
  readonly #transfer = records(TRANSFER_CALLS);
  #controlCalls = 0;
  #transferCalls = 0;

  constructor(clock: Clock, processor: Processor) {
    this.#clock = clock;
    this.#processor = processor;
  }

  /** @param movesData that the call belongs to the data path, of which there are many. */
  note(kind: CallKind, driver: string, name: string, values: readonly unknown[], movesData: boolean): void {
    const serial = this.#controlCalls + this.#transferCalls;
    const record = movesData
      ? this.#transfer[this.#transferCalls++ % TRANSFER_CALLS]
      : this.#control[this.#controlCalls++ % CONTROL_CALLS];
    if (record === undefined) return;
    record.serial = serial;
    record.timeNs = this.#clock.nowNs;
    record.irql = this.#processor.irql;
    record.kind = kind;
    record.driver = driver;
    record.name = name;
    record.values = values;
  }

  noteTransition(object: Named, event: string, from: string, to: string): void {
    this.note("state", "", event, [object, from, to], false);
  }

  /** What is known of an object, oldest first; of everything when there is no object. One line a call. */
  of(object: Named | null): readonly string[] {
    const contexts = object?.contexts ?? [];
    return [...this.#control, ...this.#transfer]
      .filter(({ serial, values }) => serial >= 0 && (object === null || isAbout(values, object, contexts)))
      .sort((a, b) => a.serial - b.serial)
      .slice(-LONGEST_STORY)
      .map(line);
  }
}

function records(count: number): CallRecord[] {
  return Array.from({ length: count }, () => new CallRecord());
}

function isAbout(values: readonly unknown[], object: Named, contexts: readonly unknown[]): boolean {
  return values.some((value) => value === object || (value !== null && contexts.includes(value)));
}

function line({ timeNs, irql, kind, driver, name, values }: CallRecord): string {
  const when = `${timeNs} ns  IRQL ${irql}`;
  if (kind === "state") {
    const [object, from, to] = values;
    return `${when}  ${nameOf(object) ?? "?"}: ${String(from)} -> ${String(to)} (${name})`;
  }
  const shown = values.map(nameOf).filter((value) => value !== null);
  const call = `${name}(${shown.join(", ")})`;
  return kind === "ddi" ? `${when}  ${driver} calls ${call}` : `${when}  NDIS calls ${call} of ${driver}`;
}

function nameOf(value: unknown): string | null {
  if (value === null || typeof value !== "object" || !("traceName" in value)) return null;
  return typeof value.traceName === "string" ? value.traceName : null;
}
