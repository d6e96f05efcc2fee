import { z } from "zod";
import {
  durationNs,
  linkRateCellsPerSecond,
  packetsPerSecond,
  peakCellRate,
  positiveDurationNs,
  sizeBytes,
} from "./quantity.ts";

/** The scenario file: every key with its meaning and its default. docs/scenario.schema.json is made from here. */

const LARGEST_SDU_BYTES = 65_535;
/** LLC/SNAP 8, IPv4 20, UDP 8, flow and sequence number 8. */
const SMALLEST_GENERATED_SDU_BYTES = 44;
const MIB = 1024 * 1024;
/** The longest frame is 1,366 whole cells. */
const LAST_FRAME_BIT = 1_366 * 53 * 8 - 1;

const name = () =>
  z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, {
    error: "a name starts with a letter and goes on with up to 62 letters, digits, - or _",
  });
const text = () => z.string().min(1).max(255);
const count = (most: number) => z.int().min(1).max(most);
const fileName = () =>
  z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}$/, {
    error: "a file name without folders: it is written into the run's folder",
  });

const nic = z.strictObject({
  name: name().optional().describe("Default: nic0, nic1, ... in the order of the list."),
  address: text().describe(
    "The ATM address: an AESA of 40 hexadecimal digits (dots and spaces allowed), or + and an E.164 number.",
  ),
  vcs: count(65_535).default(1024).describe("How many VCs calls can have on the NIC at a time. Default: 1024."),
});

const host = z.strictObject({
  name: name().describe("The host's name."),
  memory: sizeBytes(MIB, 1024 * MIB)
    .optional()
    .describe("Physical memory: bytes, or a number with KiB, MiB, GiB. Default: 16MiB for each NIC."),
  route: z
    .enum(["mcm", "call-manager"])
    .default("mcm")
    .describe(
      "Who manages the host's calls: mcm, a miniport call manager, or call-manager, a stand-alone one over a connection-oriented miniport. Default: mcm.",
    ),
  nics: z.array(nic).min(1).max(16).describe("The host's NICs."),
});

const link = z.strictObject({
  name: name().optional().describe("Default: the NIC's name, for example alice/nic0."),
  nic: text().describe(
    "The NIC at one end, host/nic or just the host when it has one NIC; the other end is the switch.",
  ),
  rate: linkRateCellsPerSecond()
    .prefault("oc3")
    .describe("oc3, oc12, ds3, or a number with cells/s, kbit/s, Mbit/s, Gbit/s. Default: oc3 (353207 cells/s)."),
  delay: durationNs()
    .prefault("5us")
    .describe("Propagation delay: a number with ns, us, ms, s. Default: 5us (1 km of fibre)."),
});

const call = z.strictObject({
  name: name().optional().describe("Default: call0, call1, ... in the order of the list."),
  from: text().describe("The calling NIC: host/nic, or just the host when it has one NIC."),
  to: text().describe("The called party: host/nic, a host with one NIC, or any ATM address, also one that nobody has."),
  parties: z
    .array(text())
    .max(256)
    .default([])
    .describe(
      "Makes it a point-to-multipoint call: further called parties, which are added once the call to the first is up; a refused one fails alone. Default: none.",
    ),
  at: durationNs().prefault("0s").describe("When the first call is made, after all hosts are up. Default: 0s."),
  count: count(1_000_000).default(1).describe("How many such calls are made. Default: 1."),
  interval: durationNs().prefault("0s").describe("Time from one of these calls to the next. Default: 0s, all at once."),
  service: z
    .enum(["ubr", "cbr"])
    .default("ubr")
    .describe("Service category. cbr reserves its peak cell rate on both links. Default: ubr (best effort)."),
  peakCellRate: peakCellRate()
    .optional()
    .describe(
      "Forward peak cell rate, a number with cells/s, kbit/s, Mbit/s. Needed for cbr. Default for ubr: the caller's link rate.",
    ),
  backwardPeakCellRate: peakCellRate()
    .optional()
    .describe("From the called to the calling party. Default: as peakCellRate."),
  sduSize: count(LARGEST_SDU_BYTES)
    .default(9188)
    .describe("Largest AAL5 SDU in either direction, bytes. Default: 9188 (RFC 2225)."),
  traffic: name().optional().describe("Name of the traffic that the calling party sends. Default: none."),
  backwardTraffic: name().optional().describe("Name of the traffic that the called party sends. Default: none."),
  hold: durationNs()
    .optional()
    .describe(
      "The caller releases this long after the call came up. Default: when the traffic in both directions has arrived.",
    ),
});

const pacing = {
  rate: packetsPerSecond()
    .optional()
    .describe("Packets per second: 5000/s, 20k/s. Default: as fast as the VC takes them."),
  batch: count(64).default(1).describe("Packets handed to NDIS in one call. Default: 1."),
};

const trafficName = name().describe("The name that calls refer to.");
const packetCount = count(1_000_000_000).default(1000).describe("How many packets each call sends. Default: 1000.");
const packetSize = z
  .int()
  .min(SMALLEST_GENERATED_SDU_BYTES)
  .max(LARGEST_SDU_BYTES)
  .default(1500)
  .describe("Bytes of the AAL5 SDU: 8 of LLC/SNAP, then an IPv4/UDP packet. Default: 1500.");

const traffic = z.discriminatedUnion("generator", [
  z
    .strictObject({ name: trafficName, generator: z.literal("fixed"), size: packetSize, count: packetCount, ...pacing })
    .describe("Packets of one size."),
  z
    .strictObject({ name: trafficName, generator: z.literal("imix"), count: packetCount, ...pacing })
    .describe(
      "The simple Internet mix: of every 12 packets 7 have 64 bytes, 4 have 594, 1 has 1518 (bytes of the AAL5 SDU).",
    ),
  z
    .strictObject({
      name: trafficName,
      generator: z.literal("poisson"),
      size: packetSize,
      count: packetCount,
      ...pacing,
      rate: packetsPerSecond().describe(
        "Mean packets per second; the gaps between batches are exponentially distributed.",
      ),
    })
    .describe("Packets of one size at random times."),
  z
    .strictObject({
      name: trafficName,
      generator: z.literal("capture"),
      file: text().describe(
        "A pcap or pcapng file of Ethernet or IP packets; a relative path starts at the scenario's folder.",
      ),
      allowTruncated: z
        .boolean()
        .default(false)
        .describe("Take the packets before the cut of a file that is cut off, instead of refusing it. Default: false."),
      timing: z
        .enum(["fast", "recorded"])
        .default("fast")
        .describe(
          "recorded: with the gaps of the capture; fast: as fast as the VC takes them, or at rate. Default: fast.",
        ),
      ...pacing,
    })
    .describe("The packets of a capture file, LLC/SNAP-encapsulated: Ethernet bridged, IP routed (RFC 2684)."),
]);

const faultPlace = {
  link: text().describe("The link: its name, or the NIC that it belongs to."),
  direction: z
    .enum(["to-switch", "to-nic"])
    .default("to-switch")
    .describe("Which way the frame travels. Default: to-switch."),
  frame: z
    .int()
    .min(1)
    .max(2 ** 53 - 1)
    .optional()
    .describe("The first frame to be hit, counted from 1 on this link and direction."),
  at: durationNs().optional().describe("Instead of frame: the first frame that is sent at or after this time."),
  count: count(1_000_000_000).default(1).describe("How many frames in a row are hit. Default: 1."),
};

const fault = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: z.literal("bit-flip"),
      ...faultPlace,
      bit: z
        .int()
        .min(0)
        .max(LAST_FRAME_BIT)
        .optional()
        .describe("Which bit of the frame. Default: chosen with the seed."),
    })
    .describe("One bit of the frame turns over."),
  z.strictObject({ kind: z.literal("drop"), ...faultPlace }).describe("The frame is lost."),
  z.strictObject({ kind: z.literal("duplicate"), ...faultPlace }).describe("The frame arrives twice."),
  z
    .strictObject({ kind: z.literal("delay"), ...faultPlace, delay: positiveDurationNs().describe("How much later.") })
    .describe("The frame arrives later; those behind it overtake it."),
  z
    .strictObject({ kind: z.literal("link-down"), link: faultPlace.link, at: durationNs().describe("When.") })
    .describe("The link goes down in both directions; frames in flight are lost."),
  z
    .strictObject({ kind: z.literal("link-up"), link: faultPlace.link, at: durationNs().describe("When.") })
    .describe("The link comes up again."),
]);

const limits = z.strictObject({
  virtualTime: positiveDurationNs()
    .prefault("600s")
    .describe("The run stops here, unfinished. Default: 600s of virtual time."),
  frames: count(1_000_000_000_000)
    .default(1_000_000_000)
    .describe("The run stops, unfinished, when so many frames were sent. Default: 1000000000."),
});

const capture = z.strictObject({
  file: fileName().default("capture.pcapng").describe("Default: capture.pcapng."),
  data: z.boolean().default(true).describe("Also the frames of the calls, not signalling alone. Default: true."),
  maxSize: sizeBytes(4096, 64 * 1024 * MIB)
    .prefault("256MiB")
    .describe("The file does not grow beyond this; what is left out is counted. Default: 256MiB."),
});

export const scenarioSchema = z.strictObject({
  name: name().optional().describe("Names the run's folder. Default: the file's name."),
  description: z.string().max(1000).optional().describe("For people."),
  seed: z.int().min(0).max(0xffff_ffff).default(1).describe("Seed of everything that is random. Default: 1."),
  mode: z
    .enum(["frame", "cell"])
    .default("frame")
    .describe(
      "frame: AAL5 frames travel whole; cell: real 53-byte cells are built and put together again. Default: frame.",
    ),
  hosts: z.array(host).min(1).max(256).describe("The hosts; each runs an NDIS core, the MCM driver and a client."),
  switch: z
    .strictObject({ name: name().default("switch").describe("Default: switch.") })
    .prefault({})
    .describe("The ATM switch that every NIC is plugged into."),
  links: z.array(link).max(4096).default([]).describe("Only for NICs whose link differs from the default (oc3, 5us)."),
  traffic: z.array(traffic).max(1024).default([]).describe("What travels over the calls."),
  calls: z.array(call).max(10_000).default([]).describe("Who calls whom, when, and with what."),
  faults: z.array(fault).max(10_000).default([]).describe("What goes wrong on the links."),
  capture: z
    .union([z.literal(false), capture], { error: "false, or the keys file, data and maxSize" })
    .prefault({})
    .describe("The capture for Wireshark; false for none."),
  duration: positiveDurationNs()
    .optional()
    .describe("When calls that are still up are released. Default: every call ends by its own hold or traffic."),
  limits: limits.prefault({}).describe("Bounds that stop a run which does not end by itself."),
});

/** A scenario file as read, quantities already counted in the program's units. */
export type ScenarioFile = z.output<typeof scenarioSchema>;
export type TrafficEntry = ScenarioFile["traffic"][number];
export type CallEntry = ScenarioFile["calls"][number];
export type FaultEntry = ScenarioFile["faults"][number];

/** The JSON Schema of a scenario file, for editors and for docs/. */
export function scenarioJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(scenarioSchema, { io: "input", target: "draft-2020-12" });
}

/** The keys that the schema knows at `path` of a scenario; `value` picks the variant where the schema has several. */
export function knownKeys(path: readonly PropertyKey[], value: unknown): string[] {
  let schema: unknown = scenarioJsonSchema();
  let here = value;
  for (const key of path) {
    schema = typeof key === "number" ? part(schema, "items") : part(part(variantFor(schema, here), "properties"), key);
    here = part(here, key);
  }
  const properties = part(variantFor(schema, here), "properties");
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

function part(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** Of a oneOf or anyOf, the first variant that has properties and whose constants are those of `value`. */
function variantFor(schema: unknown, value: unknown): unknown {
  const variants = part(schema, "oneOf") ?? part(schema, "anyOf");
  if (!Array.isArray(variants)) return schema;
  return variants.find((variant: unknown) => {
    const properties = part(variant, "properties");
    if (typeof properties !== "object" || properties === null) return false;
    return Object.entries(properties).every(([key, property]: [string, unknown]) => {
      const constant = part(property, "const");
      return constant === undefined || constant === part(value, key);
    });
  });
}
