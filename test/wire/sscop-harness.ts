import type { SscopHost, SscopParameters, SscopTimer } from "../../src/wire/index.ts";
import {
  decodeSscopPdu,
  SSCOP_PDU_TYPES,
  SSCOP_UNI_PARAMETERS,
  SscopConnection,
  SscopPdu,
} from "../../src/wire/index.ts";

/** What a channel does with the n-th PDU that enters it: how many copies come out. */
export type ChannelFault = (n: number) => number;

/** One end: a connection whose PDUs queue up until the pair lets them through. */
export class End implements SscopHost {
  readonly connection: SscopConnection;
  readonly sent: Uint8Array[] = [];
  readonly delivered: string[] = [];
  readonly unitData: string[] = [];
  /** "established:<how>" and "released:<reason>" in order. */
  readonly events: string[] = [];
  readonly errors: string[] = [];
  readonly transitions: string[] = [];
  readonly timers = new Map<SscopTimer, number>();
  onDeliver: ((text: string) => void) | null = null;
  nowMs = 0;

  constructor(parameters: SscopParameters = SSCOP_UNI_PARAMETERS) {
    this.connection = new SscopConnection(this, parameters);
    this.connection.onTransition = (from, to, event): void => {
      this.transitions.push(`${from}-${to} ${event}`);
    };
  }

  transmitPdu(bytes: Uint8Array, offset: number, length: number): void {
    this.sent.push(bytes.slice(offset, offset + length));
  }

  startTimer(timer: SscopTimer, delayMs: number): void {
    if (this.timers.has(timer)) throw new Error(`timer ${timer} runs already`);
    this.timers.set(timer, this.nowMs + delayMs);
  }

  stopTimer(timer: SscopTimer): void {
    if (!this.timers.delete(timer)) throw new Error(`timer ${timer} does not run`);
  }

  deliver(bytes: Uint8Array, offset: number, length: number): void {
    const text = Buffer.from(bytes.subarray(offset, offset + length)).toString("latin1");
    this.delivered.push(text);
    this.onDeliver?.(text);
  }

  deliverUnitData(bytes: Uint8Array, offset: number, length: number): void {
    this.unitData.push(Buffer.from(bytes.subarray(offset, offset + length)).toString("latin1"));
  }

  established(how: number): void {
    this.events.push(`established:${how}`);
  }

  released(reason: number): void {
    this.events.push(`released:${reason}`);
  }

  error(code: string): void {
    this.errors.push(code);
  }

  send(text: string): boolean {
    const bytes = Buffer.from(text, "latin1");
    return this.connection.send(bytes, 0, bytes.length);
  }

  receive(pdu: Uint8Array): void {
    this.connection.receivePdu(pdu, 0, pdu.length);
  }

  receiveHex(hex: string): void {
    this.receive(Buffer.from(hex.replaceAll(" ", ""), "hex"));
  }

  /** Takes the PDUs sent so far, as hexadecimal. */
  takeSent(): string[] {
    return this.sent.splice(0).map((pdu) => Buffer.from(pdu).toString("hex"));
  }

  takeSentNames(): string[] {
    return this.sent.splice(0).map(pduName);
  }

  /** Moves to a time and lets every timer run out that is due, in order. */
  advanceTo(timeMs: number): void {
    for (;;) {
      const due = [...this.timers].filter(([, at]) => at <= timeMs).sort((a, b) => a[1] - b[1] || a[0] - b[0])[0];
      if (due === undefined) break;
      this.nowMs = due[1];
      this.timers.delete(due[0]);
      this.connection.timerExpired(due[0]);
    }
    this.nowMs = timeMs;
  }
}

export function pduName(pdu: Uint8Array): string {
  const into = new SscopPdu();
  decodeSscopPdu(pdu, 0, pdu.length, into);
  return SSCOP_PDU_TYPES[into.type]?.name ?? "?";
}

/** Two ends and a channel that may lose and duplicate, but never reorders. */
export class Pair {
  readonly a: End;
  readonly b: End;
  timeMs = 0;
  #entered = 0;
  readonly #fault: ChannelFault;

  constructor(fault: ChannelFault = () => 1, parameters: SscopParameters = SSCOP_UNI_PARAMETERS) {
    this.#fault = fault;
    this.a = new End(parameters);
    this.b = new End(parameters);
  }

  /** Carries what is under way, and what that gives rise to, until nothing is. */
  settle(): void {
    while (this.a.sent.length + this.b.sent.length > 0) {
      this.#carry(this.a, this.b);
      this.#carry(this.b, this.a);
    }
  }

  #carry(from: End, to: End): void {
    for (const pdu of from.sent.splice(0)) {
      for (let copies = this.#fault(this.#entered++); copies > 0; copies--) to.receive(pdu);
    }
  }

  /** Lets `durationMs` go by in steps of `stepMs`. */
  run(durationMs: number, stepMs = 50): void {
    for (const end = this.timeMs + durationMs; this.timeMs < end; ) {
      this.settle();
      this.timeMs += stepMs;
      this.a.advanceTo(this.timeMs);
      this.b.advanceTo(this.timeMs);
    }
    this.settle();
  }

  connect(): void {
    this.a.connection.establish();
    this.settle();
    for (const end of [this.a, this.b]) {
      end.events.length = 0;
      end.transitions.length = 0;
    }
  }
}
