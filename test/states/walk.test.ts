import type { Command } from "fast-check";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Route } from "../ndis/core-harness.ts";
import { Core, ROUTES } from "../ndis/core-harness.ts";
import type { Real } from "./walk-model.ts";
import { Model, verify } from "./walk-model.ts";
import type { Answer, Operation } from "./walk-operations.ts";
import { OPERATIONS } from "./walk-operations.ts";

/*
 * Random walks through what drivers may do, each step compared with the model, and everything taken down at the end.
 * WALK_RUNS, WALK_STEPS and WALK_SEED make them longer, or other ones: `npm run walk`.
 */

const RUNS = Number(process.env.WALK_RUNS ?? 40);
const STEPS = Number(process.env.WALK_STEPS ?? 250);
const SEED = Number(process.env.WALK_SEED ?? 20_261);

/** One step: which of the operations that are possible then, on which target, and how it is answered. */
class Step implements Command<Model, Real> {
  readonly which: number;
  readonly pick: number;
  readonly answer: Answer;
  /** The operation that it came to be. */
  name = "nothing";

  constructor(which: number, pick: number, answer: Answer) {
    this.which = which;
    this.pick = pick;
    this.answer = answer;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    const possible = OPERATIONS.filter(({ targets }) => targets(model).length > 0);
    const operation = possible[this.which % possible.length];
    if (operation === undefined) return;
    this.name = operation.name;
    take(operation, this.pick, this.answer, model, real);
  }

  toString(): string {
    return `${this.name} (${this.pick}, ${this.answer})`;
  }
}

function take(operation: Operation, pick: number, answer: Answer, model: Model, real: Real): void {
  const targets = operation.targets(model);
  operation.run(model, real, targets[pick % targets.length] as never, answer);
  real.taken.push(operation.name);
  verify(model, real);
}

const step = fc
  .tuple(fc.nat(9_999), fc.nat(7), fc.constantFrom<Answer>("now", "later", "refused"))
  .map(([which, pick, answer]) => new Step(which, pick, answer));

/** Ends everything that the walk has begun, in whatever order is legal. */
function takeDown(model: Model, real: Real): void {
  const endings = OPERATIONS.filter(({ ends }) => ends === true);
  for (let round = 0; round < 1_000; round++) {
    const operation = endings.find(({ targets }) => targets(model).length > 0);
    if (operation === undefined) break;
    take(operation, 0, "now", model, real);
  }
  expect([model.afs, model.saps, model.vcs]).toEqual([[], [], []]);
  real.core.stop();
  expect(real.core.alive).toEqual({});
}

/** @returns the operations of all walks on that route. */
function walk(route: Route): readonly string[] {
  const taken: string[] = [];
  const property = fc.property(fc.commands([step], { maxCommands: STEPS, size: "max" }), (commands) => {
    const real: Real = { core: new Core({ route }).start(), taken: [] };
    const model = new Model();
    fc.modelRun(() => ({ model, real }), commands);
    takeDown(model, real);
    taken.push(...real.taken);
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  return taken;
}

describe.each(ROUTES)("a random walk, %s", (route) => {
  it("keeps to the model, breaks no rule and leaves nothing", { timeout: 60_000 + RUNS * 2_000 }, () => {
    const taken = walk(route);
    expect(taken.length).toBeGreaterThan(RUNS * STEPS * 0.3);
    const known = new Set(taken);
    const never = OPERATIONS.map(({ name }) => name).filter((name) => !known.has(name));
    expect(never).toEqual(route === "cm" ? [] : ["complete an activation", "complete a deactivation"]);
  });
});
