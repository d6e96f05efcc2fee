import type { RunProgress } from "../lab/run.ts";
import { COLUMNS, formatCount, formatDuration } from "./text.ts";

const QUIET_MS = 5_000;
const CLEAR_LINE = "\r\u001b[2K";

/** What progress is written to: stderr. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** On a terminal one line that changes; elsewhere a line every five seconds, so that short runs say nothing. */
export class ProgressLine {
  readonly #stream: ProgressStream;
  readonly #onTerminal: boolean;
  readonly #nowMs: () => number;
  #nextMs: number;
  #shown = false;

  /** @param nowMs tells the host's time, in milliseconds. */
  constructor(stream: ProgressStream, nowMs: () => number) {
    this.#stream = stream;
    this.#onTerminal = stream.isTTY === true;
    this.#nowMs = nowMs;
    this.#nextMs = nowMs() + QUIET_MS;
  }

  show({ virtualTimeNs, calls, callsTotal, frames }: RunProgress): void {
    const total = formatCount(callsTotal);
    const text = `${formatDuration(virtualTimeNs)} virtual, ${formatCount(calls)} of ${total} calls done, ${formatCount(frames)} frames`;
    if (this.#onTerminal) {
      // A line that wraps could not be taken back.
      const { columns = COLUMNS } = this.#stream;
      this.#stream.write(CLEAR_LINE + text.slice(0, columns - 1));
      this.#shown = true;
      return;
    }
    const nowMs = this.#nowMs();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + QUIET_MS;
    this.#stream.write(`${text}\n`);
  }

  /** Takes the line off the terminal. */
  clear(): void {
    if (this.#shown) this.#stream.write(CLEAR_LINE);
    this.#shown = false;
  }
}
