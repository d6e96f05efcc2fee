import { arch, cpus, loadavg, platform, totalmem } from "node:os";

/** Where figures come from. */
export interface MachineDescription {
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Over the last minute, before and after the run: above the number of cores, others were working too. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export function loadNow(): number {
  return Number(loadavg()[0].toFixed(2));
}

export function describeMachine(loadBefore: number): MachineDescription {
  const processors = cpus();
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${platform()}-${arch()}`,
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    loadBefore,
    loadAfter: loadNow(),
  };
}
