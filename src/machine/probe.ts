/**
 * The one observer seam. A probe is `null` when nobody watches, so that watching costs a null check:
 * `if (probe !== null) probe.emit(...)`.
 */

/** What is told of an event: plain values, so that a trace can be written and read back. */
export type ProbeFields = Record<string, string | number | boolean | null>;

export interface Probe {
  /**
   * @param source the object that speaks, for example "host-a" or "host-a/nic0".
   * @param kind the kind of event: "ddi", "callback", "state", "signalling", "interrupt", "fault", ...
   * @param name what happened, in the field's own word, for example "NdisClMakeCall" or "SETUP".
   */
  emit(source: string, kind: string, name: string, fields: ProbeFields): void;
}
