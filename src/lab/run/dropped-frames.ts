import type { FaultDirection } from "../../network/link-middleware/fault.ts";
import type { Laboratory } from "../laboratory.ts";

/** Frames that were lost so far, signalling included, by the reason that whoever dropped them counted; reasons without any are left out. */
export function countDropped(lab: Laboratory, faults: readonly FaultDirection[]): Record<string, number> {
  const dropped: Record<string, number> = {};
  const add = (reason: string, count: number): void => {
    if (count > 0) dropped[reason] = (dropped[reason] ?? 0) + count;
  };
  for (const { device, link, switchPort } of lab.hosts.flatMap((host) => host.nics)) {
    const { counters } = device;
    add("crc-error", counters.crcErrors);
    add("length-error", counters.lengthErrors);
    add("header-error", counters.headerErrors);
    add("no-buffer", counters.noBuffer);
    add("unknown-vc", counters.unknownVc);
    add("transmit-discarded", counters.transmitDiscarded);
    for (const end of [0, 1] as const) {
      const lost = link.countersFrom(end);
      add("link-down", lost.framesLostInFlight + lost.framesRefused);
    }
    const port = lab.atmSwitch.port(switchPort).counters;
    add("switch-signalling-damaged", port.signallingDamaged);
    add("switch-signalling-not-sent", port.signallingNotSent);
    add("switch-unknown-vc", port.unknownVcFrames);
    add("switch-emptied", port.emptiedFrames);
    add("switch-overflow", port.bufferOverflowFrames);
    add("switch-no-buffer", port.uncopiedFrames);
    add("switch-link-down", port.linkDownFrames);
  }
  for (const { counters } of faults) add("fault-drop", counters.dropped);
  return dropped;
}
