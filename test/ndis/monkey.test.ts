import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../src/machine/random.ts";
import { ROUTES } from "./core-harness.ts";
import { Monkey } from "./monkey.ts";

const WORLDS = 40;
const CALLS = 150;

describe("wild drivers", () => {
  for (const route of ROUTES) {
    for (const verifier of [true, false]) {
      it(`route ${route}, verifier ${verifier ? "on" : "off"}: statuses and bug checks, and the world goes on`, () => {
        let calls = 0;
        fc.assert(
          fc.property(fc.integer(), (seed) => {
            const random = new SeededRandom(seed);
            const monkey = new Monkey({ below: (count) => random.nextBelow(count) }, { route, verifier });
            for (let i = 0; i < CALLS; i++) monkey.step();
            monkey.finish();
            calls += monkey.calls;
            expect(monkey.crashes).toEqual([]);
          }),
          { numRuns: WORLDS, seed: 19_990_101 },
        );
        expect(calls).toBeGreaterThanOrEqual(WORLDS * CALLS);
      });
    }
  }
});
