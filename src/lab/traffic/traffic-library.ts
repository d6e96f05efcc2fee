import { SeededRandom } from "../../machine/random.ts";
import { ScenarioProblem } from "../scenario/resolve.ts";
import type { Scenario, ScenarioTraffic } from "../scenario/scenario.ts";
import type { Arrivals } from "./arrivals.ts";
import { BackToBackArrivals, EvenArrivals, PoissonArrivals } from "./arrivals.ts";
import type { EncapsulatedCapture } from "./captured-packets.ts";
import { CapturedPackets, RecordedArrivals, readCapturedPackets } from "./captured-packets.ts";
import { GeneratedPackets, IMIX_SDU_BYTES } from "./generated-packets.ts";
import type { PacketSource } from "./packet-source.ts";

/** Weyl constant (2^32 / golden ratio): neighbouring flows get distant seeds. */
const SEED_STEP = 0x9e37_79b9;

/** The traffic of a scenario, with its capture files read: gives every call its own packets. */
export class TrafficLibrary {
  readonly #traffic = new Map<string, ScenarioTraffic>();
  readonly #captures = new Map<string, EncapsulatedCapture>();
  readonly #seed: number;

  /**
   * Reads the captures that the scenario's calls send.
   * @throws ScenarioProblem when one cannot be sent; a scenario that `loadScenario` returned has none such, unless a file changed since.
   */
  constructor(scenario: Scenario) {
    this.#seed = scenario.seed;
    for (const [index, traffic] of scenario.traffic.entries()) {
      this.#traffic.set(traffic.name, traffic);
      if (traffic.generator !== "capture") continue;
      const capture = readCapturedPackets(traffic.file, traffic.allowTruncated);
      if ("problem" in capture) throw new ScenarioProblem(["traffic", index, "file"], capture.problem, capture.hint);
      this.#captures.set(traffic.name, capture);
    }
    for (const [index, call] of scenario.calls.entries()) {
      this.#requireFit(call.forwardTraffic, call.maxSduBytes, ["calls", index, "traffic"]);
      this.#requireFit(call.backwardTraffic, call.maxSduBytes, ["calls", index, "backwardTraffic"]);
    }
  }

  /**
   * A fresh source for one direction of one call.
   * @param name of an entry of the scenario's traffic.
   * @param flow different for every direction of every call: it marks the packets and, with the scenario's seed, seeds their times.
   */
  open(name: string, flow: number): PacketSource {
    const traffic = this.#traffic.get(name);
    if (traffic === undefined) throw new RangeError(`the scenario has no traffic named ${name}`);
    if (traffic.generator === "capture") {
      const capture = this.#captures.get(name);
      if (capture === undefined) throw new RangeError(`the capture of traffic ${name} was not read`);
      const arrivals = traffic.timing === "recorded" ? new RecordedArrivals(capture.packets) : steadyArrivals(traffic);
      return new CapturedPackets(capture, arrivals);
    }
    const sizes = traffic.sduBytes === null ? IMIX_SDU_BYTES : [traffic.sduBytes];
    return new GeneratedPackets(sizes, traffic.count, flow, this.#arrivalsOf(traffic, flow));
  }

  #arrivalsOf(traffic: ScenarioTraffic, flow: number): Arrivals {
    if (traffic.generator !== "poisson" || traffic.packetsPerSecond === null) return steadyArrivals(traffic);
    const random = new SeededRandom(this.#seed ^ Math.imul(flow + 1, SEED_STEP));
    return new PoissonArrivals(traffic.packetsPerSecond, traffic.batch, random);
  }

  #requireFit(name: string | null, maxSduBytes: number, path: readonly PropertyKey[]): void {
    const capture = name === null ? undefined : this.#captures.get(name);
    if (capture === undefined || capture.longestSdu <= maxSduBytes) return;
    const { longestPacket, longestSdu } = capture;
    const message = `packet ${longestPacket} of traffic '${name}' makes an SDU of ${longestSdu} bytes, the call takes ${maxSduBytes}`;
    throw new ScenarioProblem(path, message, `sduSize: ${longestSdu} or more`);
  }
}

function steadyArrivals(traffic: ScenarioTraffic): Arrivals {
  return traffic.packetsPerSecond === null
    ? new BackToBackArrivals()
    : new EvenArrivals(traffic.packetsPerSecond, traffic.batch);
}
