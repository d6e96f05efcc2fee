import { LocalSocketSession } from "./baselines/local-socket.ts";
import { StreamSession } from "./baselines/stream.ts";
import { UdpSession } from "./baselines/udp.ts";
import { WorkerMessageSession } from "./baselines/worker-message.ts";
import { WorkerSignallingSession } from "./baselines/worker-signalling.ts";
import type { Workload } from "./harness/workload.ts";
import { ActivationSession } from "./workloads/activation.ts";
import { ThroughputSession } from "./workloads/throughput.ts";

/** What is measured, and what it is compared with. */

export const GROUPS = ["throughput", "activation"] as const;
export type Group = (typeof GROUPS)[number];

export interface CatalogEntry {
  readonly group: Group;
  readonly workload: Workload;
  /** Ids of what a user would otherwise take: the workload's median is divided by theirs. */
  readonly baselines: readonly string[];
}

const FRAME_SIZES = [64, 1_500, 9_180] as const;
const BATCHES = [1, 32] as const;
const BIG_FRAME_BYTES = 9_180;
const BIG_FRAME_CELLS = Math.ceil((BIG_FRAME_BYTES + 8) / 48);
const BIG_BATCH = 32;
const CALLS_IN_FLIGHT = 64;

const CALL_BASELINES = ["worker-signalling", "local-socket"] as const;

/** The workload that runs twice: what differs between the two is noise. */
export const NOISE = { id: "frames-64-b32-again", of: "frames-64-b32" } as const;

const FRAME_WORK = "client to client, host to host: rings, DMA, switch, DPC; order checked";

export const CATALOG: readonly CatalogEntry[] = [
  ...FRAME_SIZES.flatMap((size) => BATCHES.map((batch) => frames(`frames-${size}-b${batch}`, size, batch))),
  cells(),
  { ...frames(NOISE.id, 64, 32), baselines: [NOISE.of] },
  ...FRAME_SIZES.flatMap((size) => [stream(size), arrayStream(size), udp(size)]),
  ...FRAME_SIZES.flatMap((size) => [...BATCHES.map((batch) => workerMessage(size, batch)), workerTransfer(size)]),
  calls("calls", "frame", CALL_BASELINES),
  calls("calls-cell-mode", "cell", CALL_BASELINES),
  ...callBaselines(),
];

/** @throws RangeError for an id that nobody has. */
export function findWorkload(id: string): Workload {
  const entry = CATALOG.find(({ workload }) => workload.id === id);
  if (entry === undefined) throw new RangeError(`no workload is called ${id}`);
  return entry.workload;
}

function frames(id: string, frameBytes: number, batch: number): CatalogEntry {
  const others = [`stream-${frameBytes}`];
  if (batch === BIG_BATCH) others.push(`stream-array-${frameBytes}-b${batch}`, `transfer-${frameBytes}-b${batch}`);
  return {
    group: "throughput",
    workload: {
      id,
      unit: "frames/s",
      work: FRAME_WORK,
      open: () => new ThroughputSession({ mode: "frame", frameBytes, batch }),
    },
    baselines: [...others, `worker-${frameBytes}-b${batch}`, `udp-${frameBytes}`],
  };
}

function cells(): CatalogEntry {
  const options = { frameBytes: BIG_FRAME_BYTES, batch: BIG_BATCH, unitsPerFrame: BIG_FRAME_CELLS };
  return {
    group: "throughput",
    workload: {
      id: `cells-${BIG_FRAME_BYTES}-b${BIG_BATCH}`,
      unit: "cells/s",
      work: "the same in cell mode: 53-byte cells built, HEC and CRC-32 checked",
      open: () => new ThroughputSession({ mode: "cell", ...options }),
    },
    baselines: [],
  };
}

function baseline(group: Group, workload: Workload): CatalogEntry {
  return { group, workload, baselines: [] };
}

function stream(frameBytes: number): CatalogEntry {
  return baseline("throughput", {
    id: `stream-${frameBytes}`,
    unit: "frames/s",
    work: "Node stream: Readable, Transform that copies, Writable; a chunk a frame",
    open: () => new StreamSession({ frameBytes, batch: 1 }),
  });
}

function arrayStream(frameBytes: number): CatalogEntry {
  return baseline("throughput", {
    id: `stream-array-${frameBytes}-b${BIG_BATCH}`,
    unit: "frames/s",
    work: "the same in object mode, a chunk an array of frames: a copying loop",
    open: () => new StreamSession({ frameBytes, batch: BIG_BATCH }),
  });
}

function workerMessage(frameBytes: number, batch: number): CatalogEntry {
  return baseline("throughput", {
    id: `worker-${frameBytes}-b${batch}`,
    unit: "frames/s",
    work:
      batch === 1
        ? "worker.postMessage of a frame, copied by structured clone"
        : "worker.postMessage of an array of frames, copied by structured clone",
    open: () => new WorkerMessageSession({ frameBytes, batch, by: "clone" }),
  });
}

function workerTransfer(frameBytes: number): CatalogEntry {
  return baseline("throughput", {
    id: `transfer-${frameBytes}-b${BIG_BATCH}`,
    unit: "frames/s",
    work: "worker.postMessage of an array of frames, copied and then transferred",
    open: () => new WorkerMessageSession({ frameBytes, batch: BIG_BATCH, by: "transfer" }),
  });
}

function udp(frameBytes: number): CatalogEntry {
  return baseline("throughput", {
    id: `udp-${frameBytes}`,
    unit: "frames/s",
    work: "UDP over 127.0.0.1 (dgram), a datagram a frame; there is no batch",
    open: () => UdpSession.open(frameBytes),
  });
}

function calls(id: string, mode: "frame" | "cell", baselines: readonly string[]): CatalogEntry {
  const how = mode === "cell" ? " in cell mode" : "";
  return {
    group: "activation",
    workload: {
      id,
      unit: "calls/s",
      work: `VC created to deleted at both hosts${how}: Q.2931, SSCOP; ${CALLS_IN_FLIGHT} at once`,
      open: () => new ActivationSession({ mode, callsInFlight: CALLS_IN_FLIGHT }),
    },
    baselines,
  };
}

function callBaselines(): CatalogEntry[] {
  const options = { callsInFlight: CALLS_IN_FLIGHT };
  return [
    baseline("activation", {
      id: "worker-signalling",
      unit: "calls/s",
      work: "caller, switch and called party as threads: 4 messages over 2 hops a call",
      open: () => new WorkerSignallingSession(options),
    }),
    baseline("activation", {
      id: "local-socket",
      unit: "calls/s",
      work: "local stream socket connected, accepted, closed at both ends (net)",
      open: () => LocalSocketSession.open(options),
    }),
  ];
}
