import type { AtmAddress } from "../../wire/atm-address.ts";

/** A scenario with every name looked up and every quantity in the unit that its name says. What the engine runs. */
export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly mode: "frame" | "cell";
  readonly switchName: string;
  readonly hosts: readonly ScenarioHost[];
  /** One per NIC, in the order of hosts and NICs. */
  readonly links: readonly ScenarioLink[];
  readonly traffic: readonly ScenarioTraffic[];
  readonly calls: readonly ScenarioCall[];
  readonly faults: readonly ScenarioFault[];
  readonly capture: ScenarioCapture | null;
  /** When calls that are still up are released; null = each ends by itself. */
  readonly durationNs: number | null;
  readonly limits: { readonly virtualTimeNs: number; readonly frames: number };
}

export interface ScenarioHost {
  readonly name: string;
  /** Who manages its calls. */
  readonly route: "mcm" | "call-manager";
  readonly memoryBytes: number;
  readonly nics: readonly ScenarioNic[];
}

export interface ScenarioNic {
  /** The name within the host, "nic0". */
  readonly name: string;
  /** The name in the scenario, "alice/nic0". */
  readonly fullName: string;
  readonly address: AtmAddress;
  readonly vcs: number;
}

export interface ScenarioLink {
  readonly name: string;
  /** Full name of the NIC. */
  readonly nic: string;
  readonly rateCellsPerSecond: number;
  readonly delayNs: number;
}

export interface ScenarioCall {
  readonly name: string;
  /** Full name of the calling NIC. */
  readonly from: string;
  /** Full name of the called NIC; null when no NIC of the scenario has the address. */
  readonly to: string | null;
  readonly calledAddress: AtmAddress;
  /** Addresses of further parties: with any, it is a point-to-multipoint call. */
  readonly partyAddresses: readonly AtmAddress[];
  readonly atNs: number;
  readonly count: number;
  readonly intervalNs: number;
  readonly service: "ubr" | "cbr";
  readonly forwardPeakCellsPerSecond: number;
  readonly backwardPeakCellsPerSecond: number;
  readonly maxSduBytes: number;
  /** Names in {@link Scenario.traffic}. */
  readonly forwardTraffic: string | null;
  readonly backwardTraffic: string | null;
  /** Release so long after the call came up; null = when its traffic has arrived. */
  readonly holdNs: number | null;
}

interface Pacing {
  readonly name: string;
  /** Null = as fast as the VC takes them. */
  readonly packetsPerSecond: number | null;
  readonly batch: number;
}

export interface GeneratedTraffic extends Pacing {
  readonly generator: "fixed" | "imix" | "poisson";
  /** Bytes of the AAL5 SDU; null for imix. */
  readonly sduBytes: number | null;
  readonly count: number;
}

export interface CaptureTraffic extends Pacing {
  readonly generator: "capture";
  /** Absolute path. */
  readonly file: string;
  readonly allowTruncated: boolean;
  readonly timing: "fast" | "recorded";
}

export type ScenarioTraffic = GeneratedTraffic | CaptureTraffic;

/** Which frames of one direction of a link are hit: from the n-th (from 1), or from the first sent at or after a time. */
export interface FaultPlace {
  readonly direction: "to-switch" | "to-nic";
  readonly frame: number | null;
  readonly atNs: number | null;
  readonly count: number;
}

export interface FrameFault extends FaultPlace {
  readonly kind: "bit-flip" | "drop" | "duplicate" | "delay";
  /** Name of the link. */
  readonly link: string;
  /** bit-flip: which bit; null = chosen with the seed. */
  readonly bit: number | null;
  /** delay: how much later; 0 for the others. */
  readonly delayNs: number;
}

export interface LinkFault {
  readonly kind: "link-down" | "link-up";
  readonly link: string;
  readonly atNs: number;
}

export type ScenarioFault = FrameFault | LinkFault;

export interface ScenarioCapture {
  /** File name within the run's folder. */
  readonly file: string;
  readonly includesData: boolean;
  readonly maxBytes: number;
}
