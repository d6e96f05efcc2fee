import type { Probe, ProbeFields } from "../../machine/probe.ts";

/**
 * Draws a call ladder as a Mermaid sequence diagram: per host its client, NDIS, the MCM driver and the NIC, and the switch in between.
 *
 * Drawn are the hosts coming up and, whole, the first call of each host; of the calls after it, how many events they had is said.
 *
 * It understands these probe events:
 *   ddi, callback                  source "host/driver"     the driver calls NDIS, or NDIS the driver
 *   ddi-return, callback-return    the same, with a Status  drawn when the status is not SUCCESS: PENDING is what one learns from
 *   state                          source "host"            a note: object, from, to
 *   signalling                     source "host/driver"     name is the message, direction is "sent" or "received"
 *   interrupt                      source "host"            from the NIC to NDIS, which calls the miniport
 */
export interface LadderLimits {
  /** Most arrows and notes in all. */
  readonly events: number;
  /** How often each call and callback of the data path (sends, receives, their completions, interrupts) is drawn per host: they repeat. */
  readonly dataEvents: number;
}

export const LADDER_LIMITS: LadderLimits = { events: 400, dataEvents: 3 };

/** Order of the lanes of a host, from the outside to the switch. */
const ROLES = ["client", "NDIS", "MCM", "NIC"] as const;
type Role = (typeof ROLES)[number];

interface Lane {
  readonly id: string;
  readonly host: string;
  readonly title: string;
  role: Role;
}

interface Step {
  readonly from: Lane;
  readonly to: Lane;
  /** Mermaid's arrow, or "note". */
  readonly arrow: "->>" | "-->>" | "note";
  readonly text: string;
}

/** Calls and callbacks that come once per batch of frames, and those that an interrupt brings about. */
const DATA_PATH = /NetBufferList|Interrupt|NdisMQueueDpc/;
const INTERRUPT = /Interrupt/;
const SWITCH = "";
/** Events of one VC. Those that do not name it belong to the VC that was named last, or is just being made. */
const OF_A_VC = /Vc$|Call|NetBufferList/;
const MAKES_A_VC = /^Ndis(?:Co|MCm|Cm)CreateVc$/;
const VC_NAME = /^vc#\d+$/;

/** Tells the events of a host's first call from those of its later ones. */
class FirstCall {
  #firstVc = "";
  #vc = "";
  #firstReference = "";

  /** Whether an event is one of a later call. */
  isOver(kind: string, name: string, fields: ProbeFields): boolean {
    if (kind === "signalling") return this.#isOtherReference(fields);
    const named = Object.values(fields).find((value) => typeof value === "string" && VC_NAME.test(value));
    if (typeof named === "string") this.#vc = named;
    else if (MAKES_A_VC.test(name) && kind === "ddi") this.#vc = "";
    else if (!OF_A_VC.test(name)) return false;
    if (this.#firstVc === "") this.#firstVc = this.#vc;
    return this.#firstVc !== this.#vc;
  }

  /** Whether the host has a call yet. */
  get hasBegun(): boolean {
    return this.#firstVc !== "" || this.#firstReference !== "";
  }

  /** Q.2931 section 4.3: a call is known by its reference and by the side that chose it, whose messages have flag 0. */
  #isOtherReference({ callReference, flag, direction }: ProbeFields): boolean {
    if (callReference === undefined) return false;
    const reference = `${callReference} ${(direction === "received") === (flag === 1) ? "own" : "of the network"}`;
    if (this.#firstReference === "") this.#firstReference = reference;
    return this.#firstReference !== reference;
  }
}

/** Watches a run and keeps the steps that the ladder shows; memory is bounded by the limits. */
export class LadderRecorder implements Probe {
  readonly #limits: LadderLimits;
  readonly #switchName: string;
  readonly #lanes = new Map<string, Lane>();
  readonly #steps: Step[] = [];
  readonly #firstCalls = new Map<string, FirstCall>();
  readonly #dataSteps = new Map<string, number>();
  #leftOut = 0;
  #laterCallsLeftOut = 0;
  #dataLeftOut = 0;

  constructor(switchName: string, limits: LadderLimits = LADDER_LIMITS) {
    this.#switchName = switchName;
    this.#limits = limits;
  }

  emit(source: string, kind: string, name: string, fields: ProbeFields): void {
    const [host, driver = ""] = source.split("/", 2);
    if (host === this.#switchName) return;
    if (this.#isBesideTheFirstCall(host, kind, name, fields)) return;
    const ofData = DATA_PATH.test(name);
    if (kind === "ddi" || kind === "callback")
      this.#between(host, driver, kind, name, `${name}${details(fields)}`, ofData);
    else if (kind === "ddi-return" || kind === "callback-return")
      this.#returns(host, driver, kind, name, fields, ofData);
    else if (kind === "state") this.#note(host, name, fields);
    else if (kind === "signalling") this.#signal(host, driver, name, fields);
    else if (kind === "interrupt") {
      this.#add(
        true,
        this.#lane(host, "NIC", "NIC"),
        this.#lane(host, "NDIS", "NDIS"),
        "->>",
        escapeText(`interrupt ${name}`),
      );
    }
  }

  /** The diagram as Mermaid text, the same for the same events. */
  toMermaid(): string {
    const lines = ["sequenceDiagram"];
    const hosts = [...new Set(this.#steps.flatMap(({ from, to }) => [from.host, to.host]))].filter(
      (host) => host !== SWITCH,
    );
    for (const [i, host] of hosts.entries()) {
      // The first host is drawn left of the switch, the others mirrored right of it, so that messages do not cross their lanes.
      lines.push(...this.#hostBox(host, i > 0));
      if (i === 0) lines.push(`  participant ${this.#switch().id} as ${escapeText(this.#switchName)}`);
    }
    for (const { from, to, arrow, text } of this.#steps) {
      lines.push(arrow === "note" ? `  Note over ${from.id}: ${text}` : `  ${from.id}${arrow}${to.id}: ${text}`);
    }
    const left: string[] = [];
    if (this.#dataLeftOut > 0) left.push(`${this.#dataLeftOut} further events of the data path`);
    if (this.#laterCallsLeftOut > 0) left.push(`${this.#laterCallsLeftOut} events of further calls`);
    if (this.#leftOut > 0) left.push(`${this.#leftOut} events after these`);
    if (left.length > 0 && hosts.length > 0)
      lines.push(`  Note over ${this.#switch().id}: left out: ${left.join(", ")}`);
    return `${lines.join("\n")}\n`;
  }

  /** Leaves out, and counts, what later calls do, and the interrupts of a host before it has a call. */
  #isBesideTheFirstCall(host: string, kind: string, name: string, fields: ProbeFields): boolean {
    let firstCall = this.#firstCalls.get(host);
    if (firstCall === undefined) {
      firstCall = new FirstCall();
      this.#firstCalls.set(host, firstCall);
    }
    const isOver = firstCall.isOver(kind, name, fields);
    const isEarly = !firstCall.hasBegun && (kind === "interrupt" || INTERRUPT.test(name));
    if (isOver) this.#laterCallsLeftOut++;
    if (isEarly && !isOver) this.#dataLeftOut++;
    return isOver || isEarly;
  }

  #hostBox(host: string, mirrored: boolean): string[] {
    const lanes = [...this.#lanes.values()].filter((lane) => lane.host === host);
    lanes.sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
    if (mirrored) lanes.reverse();
    const participants = lanes.map(({ id, title }) => `    participant ${id} as ${escapeText(title)}`);
    return [`  box transparent ${escapeText(host)}`, ...participants, "  end"];
  }

  #between(host: string, driver: string, kind: string, name: string, text: string, ofData: boolean): void {
    const byDriver = kind === "ddi";
    const lane = this.#lane(host, driver, byDriver ? roleByDdi(name) : roleByCallback(name));
    const ndis = this.#lane(host, "NDIS", "NDIS");
    this.#add(ofData, byDriver ? lane : ndis, byDriver ? ndis : lane, "->>", text);
  }

  #returns(host: string, driver: string, kind: string, name: string, fields: ProbeFields, ofData: boolean): void {
    const status = fields.Status;
    if (typeof status !== "string" || status === "NDIS_STATUS_SUCCESS") return;
    const toDriver = kind === "ddi-return";
    const lane = this.#lane(host, driver, toDriver ? roleByDdi(name) : roleByCallback(name));
    const ndis = this.#lane(host, "NDIS", "NDIS");
    this.#add(ofData, toDriver ? ndis : lane, toDriver ? lane : ndis, "-->>", `${name} returns ${escapeText(status)}`);
  }

  #note(host: string, noun: string, fields: ProbeFields): void {
    const ndis = this.#lane(host, "NDIS", "NDIS");
    const { object, from, to } = fields;
    this.#add(false, ndis, ndis, "note", escapeText(`${object ?? noun}: ${from} → ${to}`));
  }

  #signal(host: string, driver: string, name: string, fields: ProbeFields): void {
    const driverLane = this.#lane(host, driver === "" ? "MCM" : driver, "MCM");
    const [from, to] = fields.direction === "received" ? [this.#switch(), driverLane] : [driverLane, this.#switch()];
    this.#add(false, from, to, "->>", escapeText(name));
  }

  #add(ofDataPath: boolean, from: Lane, to: Lane, arrow: Step["arrow"], text: string): void {
    if (this.#steps.length >= this.#limits.events) {
      this.#leftOut++;
    } else if (ofDataPath && this.#isRepeated(`${from.id} ${to.id} ${text}`)) {
      this.#dataLeftOut++;
    } else {
      this.#steps.push({ from, to, arrow, text });
    }
  }

  #isRepeated(arrow: string): boolean {
    const drawn = this.#dataSteps.get(arrow) ?? 0;
    this.#dataSteps.set(arrow, drawn + 1);
    return drawn >= this.#limits.dataEvents;
  }

  #switch(): Lane {
    return this.#lane(SWITCH, this.#switchName, "NIC");
  }

  /** A lane by its name; what a driver does tells its role, and a miniport stays one whatever else it calls. */
  #lane(host: string, title: string, role: Role): Lane {
    const key = `${host}/${title}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { id: `p${this.#lanes.size}`, host, title, role };
      this.#lanes.set(key, lane);
    } else if (role === "MCM" && lane.role === "client") lane.role = "MCM";
    return lane;
  }
}

/** NdisM... are the calls of miniports (NdisMCm... of miniport call managers). */
function roleByDdi(name: string): Role {
  return name.startsWith("NdisM") ? "MCM" : "client";
}

/** NDIS reaches an MCM by Miniport... and by ProtocolCm... */
function roleByCallback(name: string): Role {
  return name.startsWith("Miniport") || name.startsWith("ProtocolCm") ? "MCM" : "client";
}

/** The objects and the status among the parameters: " (vc#1) NDIS_STATUS_SUCCESS". */
function details(fields: ProbeFields): string {
  const objects: string[] = [];
  let status = "";
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value !== "string") continue;
    if (key.endsWith("Status")) status = ` ${value}`;
    else if (/^[\w-]+#\d+$/.test(value)) objects.push(value);
  }
  return escapeText(`${objects.length === 0 ? "" : ` (${objects.join(", ")})`}${status}`);
}

/** Mermaid ends a statement at a semicolon or line end and reads #...; as an entity. */
function escapeText(text: string): string {
  return text.replace(/[#;]/g, (character) => (character === "#" ? "#35;" : "#59;")).replace(/\p{Cc}+/gu, " ");
}
