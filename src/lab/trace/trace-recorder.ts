import type { Probe, ProbeFields } from "../../machine/probe.ts";
import type { ByteSink } from "../capture/byte-sink.ts";

/** Whatever tells the virtual time; the world's clock. */
export interface TimeSource {
  readonly nowNs: number;
}

const BUFFER_BYTES = 256 * 1024;
/** A line longer than this is left out, as one beyond the limit is: UTF-8 takes up to three bytes for a UTF-16 unit. */
const MAX_LINE_UNITS = BUFFER_BYTES / 3 - 1;

/**
 * Writes what the probe sees as JSON lines:
 *   {"timeNs":5000,"source":"alice/client","kind":"ddi","name":"NdisClMakeCall","fields":{...}}
 * Keys stand in this order and fields in alphabetical order: the same events give the same bytes. Memory is bounded by one buffer.
 */
export class TraceRecorder implements Probe {
  readonly #sink: ByteSink;
  readonly #maxBytes: number;
  readonly #encoder = new TextEncoder();
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #clock: TimeSource = { nowNs: 0 };
  #used = 0;
  #written = 0;
  #events = 0;
  #eventsLeftOut = 0;

  /** @param maxBytes the trace ends before it grows beyond this; see {@link eventsLeftOut}. */
  constructor(sink: ByteSink, maxBytes = Number.POSITIVE_INFINITY) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
  }

  /** From now on events carry this clock's time; before, time 0. (A world wants its probe before it has a clock.) */
  attach(clock: TimeSource): void {
    this.#clock = clock;
  }

  /** Events written. */
  get events(): number {
    return this.#events;
  }

  /** Events after the trace was full. */
  get eventsLeftOut(): number {
    return this.#eventsLeftOut;
  }

  emit(source: string, kind: string, name: string, fields: ProbeFields): void {
    // Once an event did not fit, none follows: a trace with a hole in the middle would mislead.
    if (this.#eventsLeftOut > 0) {
      this.#eventsLeftOut++;
      return;
    }
    const line = traceLine(this.#clock.nowNs, source, kind, name, fields);
    if (line.length > MAX_LINE_UNITS) {
      this.#eventsLeftOut++;
      return;
    }
    if (this.#used + line.length * 3 > BUFFER_BYTES) this.flush();
    const { written } = this.#encoder.encodeInto(line, this.#buffer.subarray(this.#used));
    if (this.#written + written > this.#maxBytes) {
      this.#eventsLeftOut++;
      return;
    }
    this.#used += written;
    this.#written += written;
    this.#events++;
  }

  /** Hands what is buffered to the sink. */
  flush(): void {
    if (this.#used === 0) return;
    this.#sink.write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}

function traceLine(timeNs: number, source: string, kind: string, name: string, fields: ProbeFields): string {
  let text = "";
  for (const key of Object.keys(fields).sort()) {
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${JSON.stringify(fields[key])}`;
  }
  const head = `"source":${JSON.stringify(source)},"kind":${JSON.stringify(kind)},"name":${JSON.stringify(name)}`;
  return `{"timeNs":${timeNs},${head},"fields":{${text}}}\n`;
}

/** Lets several probes watch. */
export class ProbeSplitter implements Probe {
  readonly #probes: readonly Probe[];

  constructor(probes: readonly Probe[]) {
    this.#probes = probes;
  }

  emit(source: string, kind: string, name: string, fields: ProbeFields): void {
    for (const probe of this.#probes) probe.emit(source, kind, name, fields);
  }
}
