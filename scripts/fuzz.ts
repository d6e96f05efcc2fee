import { parseArgs } from "node:util";
import { SeededRandom } from "../src/machine/random.ts";
import { ROUTES } from "../test/ndis/core-harness.ts";
import { Monkey } from "../test/ndis/monkey.ts";

/*
 * Wild drivers for as long as one likes: npm run fuzz -- --seed 7 --seconds 60 (or --runs 1000), --calls for the length of a sequence.
 * A crash is told with the seed of its world; --runs 1 and that seed bring it back.
 */

const USAGE = "npm run fuzz -- [--seed N] [--runs N] [--seconds S] [--calls N]";

const { values } = readOptions();
const first = Number(values.seed);
const calls = Number(values.calls);
const runs = values.runs === undefined ? Number.POSITIVE_INFINITY : Number(values.runs);
const seconds = values.seconds ?? (values.runs === undefined ? "60" : "Infinity");
const end = performance.now() + Number(seconds) * 1_000;
if (![first, calls].every(Number.isInteger) || Number.isNaN(runs) || Number.isNaN(end)) {
  console.error(`--seed, --runs, --seconds and --calls are numbers: ${USAGE}`);
  process.exit(2);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        seed: { type: "string", default: "1" },
        runs: { type: "string" },
        seconds: { type: "string" },
        calls: { type: "string", default: "60" },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}: ${USAGE}`);
    process.exit(2);
  }
}

function run(): number {
  let made = 0;
  let worlds = 0;
  const rules = new Set<string>();
  const crashes = new Map<string, string>();
  for (let seed = first; worlds < runs && performance.now() < end; seed++, worlds++) {
    for (const route of ROUTES) {
      for (const verifier of [true, false]) {
        const random = new SeededRandom(seed);
        const monkey = new Monkey({ below: (count) => random.nextBelow(count) }, { route, verifier });
        for (let i = 0; i < calls; i++) monkey.step();
        monkey.finish();
        made += monkey.calls;
        for (const rule of monkey.rules) rules.add(rule);
        for (const crash of monkey.crashes) {
          const place = crash.split("\n").slice(0, 2).join(" ");
          if (!crashes.has(place)) crashes.set(place, `seed ${seed}, ${route}, verifier ${verifier}: ${crash}`);
        }
      }
    }
  }
  for (const crash of crashes.values()) console.log(`${crash}\n`);
  console.log(
    `${worlds} seeds, ${worlds * 4} worlds, ${made} calls, ${rules.size} rules, ${crashes.size} kinds of crashes`,
  );
  return crashes.size === 0 ? 0 : 1;
}

process.exitCode = run();
