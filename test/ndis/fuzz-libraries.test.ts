import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../src/machine/random.ts";
import { DDI_CATALOG } from "../../src/ndis/ddi/catalog.ts";
import { ROUTES } from "./core-harness.ts";
import { Monkey } from "./monkey.ts";

const FUNCTIONS = DDI_CATALOG.filter(({ kind }) => kind === "function").map(({ name }) => name);
const CALLS_OF_EACH = 24;
/** Libraries: two clients and the proxy; the MCM, or the call manager and the miniport. */
const LIBRARIES = { mcm: 4, cm: 5 };

describe("every function that a driver of any role can call, with anything", () => {
  for (const route of ROUTES) {
    for (const verifier of [true, false]) {
      for (let at = 0; at < LIBRARIES[route]; at++) {
        it(`route ${route}, library ${at}, verifier ${verifier ? "on" : "off"}: a status or a bug check`, () => {
          const missing: string[] = [];
          for (let seed = 1; seed <= CALLS_OF_EACH; seed++) {
            const random = new SeededRandom(seed * 64 + at);
            const monkey = new Monkey({ below: (count) => random.nextBelow(count) }, { route, verifier });
            expect(monkey.libraries.length).toBe(LIBRARIES[route]);
            const library = monkey.libraries[at] ?? {};
            for (const name of FUNCTIONS) {
              if (typeof library[name] === "function") monkey.call(library, name);
              else missing.push(name);
            }
            monkey.finish();
            expect(monkey.crashes).toEqual([]);
          }
          expect(missing).toEqual([]);
        });
      }
    }
  }
});
