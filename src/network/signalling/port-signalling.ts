import type { Clock, ClockEventId, ClockTarget, Probe } from "../../machine/index.ts";
import type {
  CallControlUser,
  CallEvent,
  CallObserver,
  CallState,
  Q2931Call,
  SignallingHost,
} from "../../wire/q2931/index.ts";
import {
  CALL_EVENT_NAMES,
  CallControl,
  callStateName,
  messageName,
  SIGNALLING_TIMER_COUNT,
} from "../../wire/q2931/index.ts";
import type { SwitchFabric } from "../switch/call-control-port.ts";
import { NETWORK_ROLE } from "./network-role.ts";

const MESSAGE_TYPE_OFFSET = 5;
const NO_EVENT: ClockEventId = 0;

/** The signalling entity of one port of a switch: its SSCOP connection, its calls, its timers on the clock. */
export class PortSignalling implements SignallingHost, ClockTarget {
  readonly port: number;
  readonly control: CallControl;
  readonly #fabric: SwitchFabric;
  readonly #clock: Clock;
  readonly #timers = new Float64Array(SIGNALLING_TIMER_COUNT);

  constructor(port: number, fabric: SwitchFabric, clock: Clock, user: CallControlUser) {
    this.port = port;
    this.#fabric = fabric;
    this.#clock = clock;
    this.control = new CallControl(NETWORK_ROLE, this, user);
  }

  /** Timers that run, for leak checks. */
  get runningTimers(): number {
    return this.#timers.reduce((count, event) => (event === NO_EVENT ? count : count + 1), 0);
  }

  transmitPdu(bytes: Uint8Array, offset: number, length: number): void {
    this.#fabric.sendSignalling(this.port, bytes, offset, length);
  }

  nowNs(): number {
    return this.#clock.nowNs;
  }

  startTimer(timer: number, delayNs: number): void {
    this.#timers[timer] = this.#clock.schedule(delayNs, this, timer, this.port);
  }

  stopTimer(timer: number): void {
    this.#clock.cancel(this.#timers[timer]);
    this.#timers[timer] = NO_EVENT;
  }

  onClock(timer: number): void {
    this.#timers[timer] = NO_EVENT;
    this.control.timerExpired(timer);
  }
}

/** Tells a probe about the messages and call states of a port. */
export class PortObserver implements CallObserver {
  readonly #probe: Probe;
  readonly #source: string;

  constructor(probe: Probe, source: string) {
    this.#probe = probe;
    this.#source = source;
  }

  signallingMessage(isSent: boolean, bytes: Uint8Array, offset: number, length: number): void {
    const name = messageName(bytes[offset + MESSAGE_TYPE_OFFSET]);
    this.#probe.emit(this.#source, "signalling", name, { sent: isSent, octets: length });
  }

  callTransition(call: Q2931Call, from: CallState, event: CallEvent, to: CallState): void {
    this.#probe.emit(this.#source, "state", "call", {
      callReference: call.callReference,
      incoming: call.isIncoming,
      from: callStateName(from),
      event: CALL_EVENT_NAMES[event],
      to: callStateName(to),
    });
  }
}
