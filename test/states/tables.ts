import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { NdisVcHandle } from "../../src/ndis/index.ts";
import { NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS, statusByName } from "../../src/ndis/index.ts";
import { Vc } from "../../src/ndis/vc/vc.ts";
import type { VcState } from "../../src/ndis/vc/vc-states.ts";
import { broken } from "../ndis/core-harness.ts";

/*
 * Every cell of the tables of sections 23.1 to 23.5 of the rulebook against the running core: the state is reached through DDIs, the
 * event is caused by a DDI, and what comes of it is compared with the cell.
 */

export interface Cell {
  readonly event: string;
  readonly state: string;
  readonly text: string;
}

export function cellsOf(section: string): Cell[] {
  const rules = readFileSync(new URL("../ndis/spec/condis-rules.md", import.meta.url), "utf8");
  const body = rules.split(`### ${section} `)[1]?.split("\n### ")[0] ?? "";
  const rows = body
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^[-| ]+$/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [head = [], ...table] = rows;
  return table.flatMap(([event = "", ...cells]) =>
    cells.map((text, index) => ({ event, state: (head[index + 1] ?? "").split(" ", 1)[0] ?? "", text })),
  );
}

/** What a cell says: an illegal event, a status without a change, or the next state. */
export function meaning(text: string, state: string): string {
  if (text === "-" || text.startsWith("- (")) return "illegal";
  const failing = /^F:(\w+)/.exec(text);
  if (failing !== null) return `fails with ${failing[1]}`;
  if (text.startsWith("=")) return state;
  return /^[A-Z]+/.exec(text)?.[0] ?? text;
}

/** What came of an event, in the words of {@link meaning}. */
export function outcome(act: () => unknown, stateAfter: () => string, stateBefore: string): string {
  const returned: number[] = [];
  const rule = broken(() => {
    const status = act();
    if (typeof status === "number") returned.push(status);
  });
  if (rule !== "nothing") return "illegal";
  const after = stateAfter();
  const refused = returned.find((status) => status !== NDIS_STATUS_SUCCESS && status !== NDIS_STATUS_PENDING);
  return refused !== undefined && after === stateBefore ? `fails with ${nameOf(refused)}` : after;
}

function nameOf(status: number): string {
  return ["NOT_ACCEPTED", "FAILURE"].find((name) => statusByName(`NDIS_STATUS_${name}`) === status) ?? String(status);
}

export function stateOf(handle: NdisVcHandle): VcState {
  const vc: unknown = handle;
  if (!(vc instanceof Vc)) throw new Error("not a VC");
  return vc.state;
}

/** An object of the core in some state, and how to see the state. */
export interface Placed {
  readonly state: string;
}

export type Act<T> = (at: T) => unknown;

/** How the state is reached: with the verifier, or without it. */
export type Place<T> = (state: string, verifier: boolean) => T;

/** Cells of which the core differs, with what it does instead and why. A difference that is none any more fails the test. */
export interface Difference {
  readonly does: string;
  readonly because: string;
}

export interface Table<T> {
  readonly section: string;
  readonly states: number;
  readonly events: Record<string, Act<T>>;
  readonly place: Place<T>;
  readonly differences?: Record<string, Difference>;
  /** Rows that tests of their own have. */
  readonly others: readonly string[];
  /** What a cell says, where its text needs more than {@link meaning}. */
  readonly meanings?: Record<string, string>;
}

/** A test for every cell, and for every illegal one another without the verifier. */
export function check<T extends Placed>(table: Table<T>): void {
  const { section, events, place, differences = {}, others, states, meanings = {} } = table;
  const cells = cellsOf(section);

  it("the test knows every row of the rulebook, and no other", () => {
    const rows = [...new Set(cells.map(({ event }) => event))];
    expect([...Object.keys(events), ...others].sort()).toEqual(rows.sort());
    expect(cells.length).toBe(rows.length * states);
  });

  for (const { event, state, text } of cells) {
    const act = events[event];
    if (act === undefined) continue;
    const key = `${event} in ${state}`;
    const difference = differences[key];
    const wanted = meanings[text] ?? meaning(text, state);
    it(`${key}: ${text}${difference === undefined ? "" : `, but ${difference.does}: ${difference.because}`}`, () => {
      const at = place(state, true);
      const found = outcome(
        () => act(at),
        () => at.state,
        at.state,
      );
      expect(found).toBe(difference?.does ?? wanted);
      if (difference !== undefined) expect(found).not.toBe(wanted);
    });
    if ((difference?.does ?? wanted) !== "illegal") continue;
    it(`${key}, without the verifier: nothing changes`, () => {
      const at = place(state, false);
      const before = at.state;
      expect(broken(() => act(at))).toBe("nothing");
      expect(at.state).toBe(before);
    });
  }

  it("every difference belongs to a cell", () => {
    const keys = new Set(cells.map(({ event, state }) => `${event} in ${state}`));
    expect(Object.keys(differences).filter((key) => !keys.has(key))).toEqual([]);
  });
}
