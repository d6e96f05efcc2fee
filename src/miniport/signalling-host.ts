import type { MiniportAdapterHandle, MiniportCallManagerLibrary, NdisTimerHandle } from "../ndis/index.ts";
import { NDIS_STATUS_SUCCESS, NDIS_TIMER_CHARACTERISTICS, OutParameter } from "../ndis/index.ts";
import type { SignallingHost } from "../wire/q2931/index.ts";
import { SIGNALLING_TIMER_COUNT } from "../wire/q2931/index.ts";
import type { Connection } from "./connection.ts";
import type { Transmitter } from "./transmitter.ts";

const TIMER_TAG = 0x5449_4d56;
/** NDIS timers count in units of 100 ns; a negative due time is relative. */
const TICK_NS = 100;

/** Gives the signalling entity its time (NDIS timer objects) and its channel (the NIC's VPI 0 / VCI 5). */
export class NdisSignallingHost implements SignallingHost {
  /** PDUs that found no buffer or descriptor; SSCOP sends them again. */
  droppedPdus = 0;
  readonly #ndis: MiniportCallManagerLibrary;
  readonly #transmitter: Transmitter;
  readonly #connection: Connection;
  readonly #timers: NdisTimerHandle[] = [];
  readonly #startedNs: () => number;

  /** @param nowNs the NIC's hardware clock or any other clock of this machine, in nanoseconds. */
  constructor(ndis: MiniportCallManagerLibrary, transmitter: Transmitter, connection: Connection, nowNs: () => number) {
    this.#ndis = ndis;
    this.#transmitter = transmitter;
    this.#connection = connection;
    this.#startedNs = nowNs;
  }

  /** @param expired is told the number of a timer that ran out. @returns false when a timer cannot be had. */
  allocateTimers(adapter: MiniportAdapterHandle, expired: (timer: number) => void): boolean {
    for (let timer = 0; timer < SIGNALLING_TIMER_COUNT; timer++) {
      const handle = new OutParameter<NdisTimerHandle>();
      const characteristics = NDIS_TIMER_CHARACTERISTICS({
        AllocationTag: TIMER_TAG,
        TimerFunction: () => expired(timer),
      });
      if (
        this.#ndis.NdisAllocateTimerObject(adapter, characteristics, handle) !== NDIS_STATUS_SUCCESS ||
        handle.Value === null
      )
        return false;
      this.#timers.push(handle.Value);
    }
    return true;
  }

  freeTimers(): void {
    for (const timer of this.#timers.splice(0)) {
      this.#ndis.NdisCancelTimerObject(timer);
      this.#ndis.NdisFreeTimerObject(timer);
    }
  }

  nowNs(): number {
    return this.#startedNs();
  }

  startTimer(timer: number, delayNs: number): void {
    this.#ndis.NdisSetTimerObject(this.#timers[timer], -Math.ceil(delayNs / TICK_NS), 0, null);
  }

  stopTimer(timer: number): void {
    this.#ndis.NdisCancelTimerObject(this.#timers[timer]);
  }

  transmitPdu(bytes: Uint8Array, offset: number, length: number): void {
    if (
      this.#connection.hardware !== "open" ||
      !this.#transmitter.sendSignalling(this.#connection, bytes, offset, length)
    )
      this.droppedPdus++;
  }
}
