import type { NdisObjectHandle, NdisTimerHandle } from "../ndis/index.ts";
import { NDIS_STATUS_SUCCESS, NDIS_TIMER_CHARACTERISTICS, OutParameter } from "../ndis/index.ts";
import type { SignallingHost } from "../wire/q2931/index.ts";
import { PARTY_TIMERS, SIGNALLING_TIMER_COUNT } from "../wire/q2931/index.ts";
import type { CommonLibrary } from "./library.ts";

const TIMER_TAG = 0x5449_4d56;
/** NDIS timers and the system time count in units of 100 ns; a negative due time is relative. */
const TICK_NS = 100;

/** An SD takes up to 4,096 octets and a trailer. */
export const LONGEST_PDU_BYTES = 4_160;

/** Sends a PDU on VPI 0 / VCI 5, copied during the call. @returns false when the channel is closed or has no room. */
export type TransmitPdu = (bytes: Uint8Array, offset: number, length: number) => boolean;

/** Gives the signalling entity its time (NDIS timer objects) and its channel. */
export class NdisSignallingHost implements SignallingHost {
  /** PDUs that the channel did not take; SSCOP sends them again. */
  droppedPdus = 0;
  readonly #ndis: CommonLibrary;
  readonly #transmit: TransmitPdu;
  readonly #timers: NdisTimerHandle[] = [];
  #owner: NdisObjectHandle | null = null;
  #expired: (timer: number) => void = () => {};
  readonly #systemTime = new OutParameter<number>();

  constructor(ndis: CommonLibrary, transmit: TransmitPdu) {
    this.#ndis = ndis;
    this.#transmit = transmit;
  }

  /**
   * @param owner the adapter or binding that the timers belong to.
   * @param expired is told the number of a timer that ran out.
   * @returns false when a timer cannot be had.
   */
  allocateTimers(owner: NdisObjectHandle, expired: (timer: number) => void): boolean {
    this.#owner = owner;
    this.#expired = expired;
    return this.#allocateUpTo(SIGNALLING_TIMER_COUNT - PARTY_TIMERS.length);
  }

  /** The timers of parties, which a host without point-to-multipoint calls does without. False when they cannot be had. */
  allocatePartyTimers(): boolean {
    return this.#allocateUpTo(SIGNALLING_TIMER_COUNT);
  }

  #allocateUpTo(count: number): boolean {
    if (this.#owner === null) return false;
    while (this.#timers.length < count) {
      const timer = this.#timers.length;
      const handle = new OutParameter<NdisTimerHandle>();
      const characteristics = NDIS_TIMER_CHARACTERISTICS({
        AllocationTag: TIMER_TAG,
        TimerFunction: () => this.#expired(timer),
      });
      const status = this.#ndis.NdisAllocateTimerObject(this.#owner, characteristics, handle);
      if (status !== NDIS_STATUS_SUCCESS || handle.Value === null) return false;
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
    this.#ndis.NdisGetCurrentSystemTime(this.#systemTime);
    return (this.#systemTime.Value ?? 0) * TICK_NS;
  }

  startTimer(timer: number, delayNs: number): void {
    this.#ndis.NdisSetTimerObject(this.#timers[timer], -Math.ceil(delayNs / TICK_NS), 0, null);
  }

  stopTimer(timer: number): void {
    this.#ndis.NdisCancelTimerObject(this.#timers[timer]);
  }

  transmitPdu(bytes: Uint8Array, offset: number, length: number): void {
    if (!this.#transmit(bytes, offset, length)) this.droppedPdus++;
  }
}
