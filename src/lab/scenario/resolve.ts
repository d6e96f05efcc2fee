import { resolve as resolvePath } from "node:path";
import type { AtmAddress } from "../../wire/atm-address.ts";
import { AtmAddressMap, parseAtmAddress } from "../../wire/atm-address.ts";
import { IMIX_SDU_BYTES } from "../traffic/generated-packets.ts";
import { suggest } from "./did-you-mean.ts";
import { NAMED_LINK_RATES } from "./quantity.ts";
import type {
  GeneratedTraffic,
  Scenario,
  ScenarioCall,
  ScenarioFault,
  ScenarioHost,
  ScenarioLink,
  ScenarioNic,
  ScenarioTraffic,
} from "./scenario.ts";
import type { CallEntry, FaultEntry, ScenarioFile, TrafficEntry } from "./schema.ts";

/** What is wrong with a scenario whose shape is right: a name that nothing has, two things that do not go together. */
export class ScenarioProblem extends Error {
  readonly path: readonly PropertyKey[];
  readonly hint: string | null;

  constructor(path: readonly PropertyKey[], message: string, hint: string | null = null) {
    super(message);
    this.path = path;
    this.hint = hint;
  }
}

const DEFAULT_LINK = { rateCellsPerSecond: NAMED_LINK_RATES.get("oc3") ?? 0, delayNs: 5_000 };
const MIB = 2 ** 20;
const DEFAULT_MEMORY_PER_NIC = 16 * MIB;
/** What a world has room for, beside the frames in flight and the NICs' own memory. */
const MOST_MEMORY_BYTES = 1_536 * MIB;
const MAX_CALLS = 1_000_000;

/** Looks every name up. @throws ScenarioProblem for the first thing that is wrong; the loader turns it into an InputError. */
export function resolveScenario(file: ScenarioFile, defaultName: string, folder: string): Scenario {
  const network = new Network(file);
  const traffic = file.traffic.map((entry, i) => resolveTraffic(entry, i, folder));
  requireUnique(file.traffic.map((entry, i) => [entry.name, ["traffic", i, "name"]]));
  const calls = file.calls.map((entry, i) => resolveCall(entry, i, network, traffic));
  requireUnique(file.calls.map((entry, i) => [entry.name ?? `call${i}`, ["calls", i, "name"]]));
  const total = calls.reduce((sum, call) => sum + call.count, 0);
  if (total > MAX_CALLS) throw new ScenarioProblem(["calls"], `${total} calls in all, the most is ${MAX_CALLS}`);
  const { capture, limits } = file;
  return {
    name: file.name ?? defaultName,
    seed: file.seed,
    mode: file.mode,
    switchName: file.switch.name,
    hosts: network.hosts,
    links: network.links,
    traffic,
    calls,
    faults: file.faults.map((entry, i) => resolveFault(entry, i, network)),
    capture: capture === false ? null : { file: capture.file, includesData: capture.data, maxBytes: capture.maxSize },
    durationNs: file.duration ?? null,
    limits: { virtualTimeNs: limits.virtualTime, frames: limits.frames },
  };
}

/** Hosts, NICs and links by every name they go by. */
class Network {
  readonly hosts: ScenarioHost[];
  readonly links: ScenarioLink[];
  readonly #nics = new Map<string, ScenarioNic>();
  readonly #byAddress = new AtmAddressMap<ScenarioNic>();
  /** Links by their own name and by their NIC's. */
  readonly #links = new Map<string, ScenarioLink>();

  constructor(file: ScenarioFile) {
    requireUnique([
      [file.switch.name, ["switch", "name"]],
      ...file.hosts.map(({ name }, i): [string, PropertyKey[]] => [name, ["hosts", i, "name"]]),
    ]);
    this.hosts = file.hosts.map((host, i) => ({
      name: host.name,
      route: host.route,
      memoryBytes: host.memory ?? DEFAULT_MEMORY_PER_NIC * host.nics.length,
      nics: host.nics.map((nic, j) => this.#addNic(host.name, nic, i, j)),
    }));
    const memoryBytes = this.hosts.reduce((sum, host) => sum + host.memoryBytes, 0);
    if (memoryBytes > MOST_MEMORY_BYTES) {
      const asked = `the hosts have ${Math.ceil(memoryBytes / MIB)} MiB of memory together`;
      throw new ScenarioProblem(["hosts"], asked, `at most ${MOST_MEMORY_BYTES / MIB} MiB for all hosts of a scenario`);
    }
    const given = new Map<string, ScenarioLink>();
    for (const [i, link] of file.links.entries()) {
      const nic = this.nic(link.nic, ["links", i, "nic"]).fullName;
      if (given.has(nic))
        throw new ScenarioProblem(["links", i, "nic"], `${nic} has a second link`, "a NIC has one link");
      given.set(nic, { name: link.name ?? nic, nic, rateCellsPerSecond: link.rate, delayNs: link.delay });
    }
    requireUnique(file.links.map((link, i) => [link.name ?? link.nic, ["links", i, "name"]]));
    this.links = this.hosts.flatMap((host) =>
      host.nics.map(({ fullName }) => given.get(fullName) ?? { name: fullName, nic: fullName, ...DEFAULT_LINK }),
    );
    for (const link of this.links) this.#links.set(link.nic, link).set(link.name, link);
  }

  #addNic(host: string, entry: ScenarioFile["hosts"][number]["nics"][number], i: number, j: number): ScenarioNic {
    const path = ["hosts", i, "nics", j];
    const name = entry.name ?? `nic${j}`;
    const fullName = `${host}/${name}`;
    if (this.#nics.has(fullName)) throw new ScenarioProblem([...path, "name"], `there are two NICs named ${fullName}`);
    const address = parseAddress(entry.address, [...path, "address"]);
    const other = this.#byAddress.get(address);
    if (other !== null) throw new ScenarioProblem([...path, "address"], `${other.fullName} has this address already`);
    const nic = { name, fullName, address, vcs: entry.vcs };
    this.#nics.set(fullName, nic);
    this.#byAddress.add(address, nic);
    return nic;
  }

  /** The NIC named host/nic, or the only NIC of a host. */
  nic(name: string, path: readonly PropertyKey[]): ScenarioNic {
    const nic = this.#nics.get(name);
    if (nic !== undefined) return nic;
    const host = this.hosts.find((candidate) => candidate.name === name);
    if (host === undefined) {
      const known = [...this.hosts.map((candidate) => candidate.name), ...this.#nics.keys()];
      throw new ScenarioProblem(path, `there is no host or NIC '${name}'`, suggest(name, known, "host"));
    }
    if (host.nics.length === 1) return host.nics[0];
    const choice = host.nics.map(({ fullName }) => fullName).join(", ");
    throw new ScenarioProblem(path, `${name} has ${host.nics.length} NICs`, `one of ${choice}`);
  }

  /** A NIC by name, or an address, whether or not a NIC has it. Names start with a letter, addresses with a digit or +. */
  calledParty(text: string, path: readonly PropertyKey[]): { nic: ScenarioNic | null; address: AtmAddress } {
    if (/^[A-Za-z]/.test(text)) {
      const nic = this.nic(text, path);
      return { nic, address: nic.address };
    }
    const address = parseAddress(text, path);
    return { nic: this.#byAddress.get(address), address };
  }

  link(name: string, path: readonly PropertyKey[]): ScenarioLink {
    const link = this.#links.get(name);
    if (link !== undefined) return link;
    const host = this.hosts.find((candidate) => candidate.name === name);
    const only = host?.nics.length === 1 ? this.#links.get(host.nics[0].fullName) : undefined;
    if (only !== undefined) return only;
    throw new ScenarioProblem(path, `there is no link '${name}'`, suggest(name, [...this.#links.keys()], "link"));
  }
}

function resolveTraffic(entry: TrafficEntry, i: number, folder: string): ScenarioTraffic {
  const pacing = { name: entry.name, packetsPerSecond: entry.rate ?? null, batch: entry.batch };
  if (entry.generator !== "capture") {
    const sduBytes = entry.generator === "imix" ? null : entry.size;
    return { ...pacing, generator: entry.generator, sduBytes, count: entry.count };
  }
  if (entry.timing === "recorded" && entry.rate !== undefined) {
    throw new ScenarioProblem(
      ["traffic", i, "rate"],
      "a rate does not go with timing: recorded",
      "leave one of them out",
    );
  }
  const { timing, allowTruncated } = entry;
  return { ...pacing, generator: "capture", file: resolvePath(folder, entry.file), allowTruncated, timing };
}

function resolveCall(entry: CallEntry, i: number, network: Network, traffic: readonly ScenarioTraffic[]): ScenarioCall {
  const from = network.nic(entry.from, ["calls", i, "from"]);
  const { nic: to, address } = network.calledParty(entry.to, ["calls", i, "to"]);
  if (entry.service === "cbr" && entry.peakCellRate === undefined) {
    throw new ScenarioProblem(
      ["calls", i],
      "service: cbr needs a peakCellRate",
      "for example peakCellRate: 10000cells/s",
    );
  }
  requireOneWay(entry, i);
  const forward = entry.peakCellRate ?? network.link(from.fullName, ["calls", i, "from"]).rateCellsPerSecond;
  const trafficOf = (key: "traffic" | "backwardTraffic"): string | null => {
    const name = entry[key];
    if (name === undefined) return null;
    const found = traffic.find((candidate) => candidate.name === name);
    if (found === undefined) {
      const known = traffic.map((candidate) => candidate.name);
      throw new ScenarioProblem(["calls", i, key], `there is no traffic '${name}'`, suggest(name, known, "traffic"));
    }
    const largest = found.generator === "capture" ? 0 : largestSduBytes(found);
    if (largest > entry.sduSize) {
      const message = `traffic '${name}' has SDUs of ${largest} bytes, the call takes ${entry.sduSize}`;
      throw new ScenarioProblem(["calls", i, key], message, `sduSize: ${largest} or more`);
    }
    return name;
  };
  return {
    name: entry.name ?? `call${i}`,
    from: from.fullName,
    to: to?.fullName ?? null,
    calledAddress: address,
    partyAddresses: entry.parties.map((party, j) => network.calledParty(party, ["calls", i, "parties", j]).address),
    atNs: entry.at,
    count: entry.count,
    intervalNs: entry.interval,
    service: entry.service,
    forwardPeakCellsPerSecond: Math.min(forward, LARGEST_SIGNALLED_CELL_RATE),
    backwardPeakCellsPerSecond: Math.min(entry.backwardPeakCellRate ?? forward, LARGEST_SIGNALLED_CELL_RATE),
    maxSduBytes: entry.sduSize,
    forwardTraffic: trafficOf("traffic"),
    backwardTraffic: trafficOf("backwardTraffic"),
    holdNs: entry.hold ?? null,
  };
}

/** Nothing flows from the leaves of a point-to-multipoint call to its root. */
function requireOneWay(entry: CallEntry, i: number): void {
  if (entry.parties.length === 0) return;
  for (const key of ["backwardTraffic", "backwardPeakCellRate"] as const) {
    if (entry[key] !== undefined)
      throw new ScenarioProblem(["calls", i, key], `a call with parties has no ${key}: nothing comes back from them`);
  }
}

/** Q.2931 section 4.5.6: 24 bits. A faster link has more than a descriptor can say. */
const LARGEST_SIGNALLED_CELL_RATE = 0xff_ffff;

function largestSduBytes(traffic: GeneratedTraffic): number {
  return traffic.sduBytes ?? Math.max(...IMIX_SDU_BYTES);
}

function resolveFault(entry: FaultEntry, i: number, network: Network): ScenarioFault {
  const link = network.link(entry.link, ["faults", i, "link"]).name;
  if (entry.kind === "link-down" || entry.kind === "link-up") return { kind: entry.kind, link, atNs: entry.at };
  const { kind, direction, frame = null, at: atNs = null, count } = entry;
  if ((frame === null) === (atNs === null)) {
    throw new ScenarioProblem(["faults", i], "a fault is placed by frame or by at, and by one of them only");
  }
  const bit = entry.kind === "bit-flip" ? (entry.bit ?? null) : null;
  return { kind, link, direction, frame, atNs, count, bit, delayNs: entry.kind === "delay" ? entry.delay : 0 };
}

function parseAddress(text: string, path: readonly PropertyKey[]): AtmAddress {
  const address = parseAtmAddress(text);
  if (address.kind === "error") throw new ScenarioProblem(path, `no ATM address: ${address.message}`, address.hint);
  return address;
}

function requireUnique(names: [string, readonly PropertyKey[]][]): void {
  const seen = new Set<string>();
  for (const [name, path] of names) {
    if (seen.has(name)) throw new ScenarioProblem(path, `the name '${name}' is taken already`);
    seen.add(name);
  }
}
