import type { Session } from "./workload.ts";

/** How long a sample warms up at least, in nanoseconds of processor time, and measures, in nanoseconds of wall time. */
export interface SamplePlan {
  readonly warmUpNs: number;
  readonly measureNs: number;
}

export const FULL_SAMPLE: SamplePlan = { warmUpNs: 500e6, measureNs: 500e6 };
export const QUICK_SAMPLE: SamplePlan = { warmUpNs: 200e6, measureNs: 200e6 };

const FIRST_COUNT = 64;
/** A run is at least this long, so that starting and draining the pipeline do not show. */
const RUN_NS = 40e6;

/** Warming up ends after as long as the plan says without a run that was noticeably faster, or after this many times that. */
const WARM_UP_AT_MOST = 8;
const NOTICEABLY_FASTER = 1.03;

/** The host's two clocks, in nanoseconds. Only the bench asks for them. */
export interface HostClocks {
  /** Monotonic time. */
  wallNs(): number;
  /** Processor time of this process: warming up is counted in it, as a compiler that waits for a processor compiles nothing. */
  processorNs(): number;
}

export const HOST_CLOCKS: HostClocks = {
  wallNs: () => Number(process.hrtime.bigint()),
  processorNs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) * 1_000;
  },
};

/** Warms a session up, then measures. @returns units per second of wall time over the measured part. */
export async function measure(session: Session, plan: SamplePlan, clocks: HostClocks): Promise<number> {
  const count = await warmUp(session, plan.warmUpNs, clocks);
  let units = 0;
  let elapsedNs = 0;
  for (const startNs = clocks.wallNs(); elapsedNs < plan.measureNs; elapsedNs = clocks.wallNs() - startNs) {
    units += await session.run(count);
  }
  return (units / elapsedNs) * 1e9;
}

/** @returns how many operations make a run of a fair length. */
async function warmUp(session: Session, warmUpNs: number, clocks: HostClocks): Promise<number> {
  const startNs = clocks.processorNs();
  let count = FIRST_COUNT;
  let best = 0;
  let bestAtNs = startNs;
  let nowNs = startNs;
  while (nowNs - bestAtNs < warmUpNs && nowNs - startNs < WARM_UP_AT_MOST * warmUpNs) {
    const runStartNs = nowNs;
    const runStartWallNs = clocks.wallNs();
    const units = await session.run(count);
    nowNs = clocks.processorNs();
    const rate = units / Math.max(1, nowNs - runStartNs);
    if (rate > best * NOTICEABLY_FASTER) {
      best = rate;
      bestAtNs = nowNs;
    }
    if (clocks.wallNs() - runStartWallNs < RUN_NS) {
      count *= 2;
      bestAtNs = nowNs;
    }
  }
  return count;
}
