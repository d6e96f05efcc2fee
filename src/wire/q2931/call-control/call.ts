import type { CallState } from "./call-states.ts";
import { CALL_STATE } from "./call-states.ts";
import type { Q2931Party } from "./party.ts";
import { CallTimer } from "./timers.ts";

/** Set in the key of a call whose reference the peer allocated. */
const ALLOCATED_BY_PEER = 0x80_0000;
const INITIAL_CAPACITY = 64;
/** 2^32 divided by the golden ratio: spreads consecutive call references over the table. */
const HASH_MULTIPLIER = 0x9e3779b1;

/** Key of a call by its reference and by who allocated it: both sides number their calls from 1. */
export function callKey(callReference: number, isAllocatedByPeer: boolean): number {
  return isAllocatedByPeer ? callReference | ALLOCATED_BY_PEER : callReference;
}

/**
 * One call at one side of an interface. It is written by the signalling entity and read by its user; only `context` is the user's.
 * Once it is cleared it stays in the Null state for good, and every request for it is refused.
 */
export class Q2931Call {
  /** 23 bits, as in the messages. */
  readonly callReference: number;
  /** True when the peer sent the SETUP. */
  readonly isIncoming: boolean;
  readonly key: number;
  state: CallState = CALL_STATE.null;
  /** Virtual path connection identifier and VCI, -1 until they are known. */
  vpci = -1;
  vci = -1;
  /** Why the call was cleared: CAUSE and CAUSE_LOCATION; 0 while it is not. */
  cause = 0;
  causeLocation = 0;
  /** For the user of the signalling entity. */
  context: unknown;

  /** Cause of the RELEASE COMPLETE that answers a faulty RELEASE; 0 for none. */
  answerCause = 0;
  /** Octets of the SETUP while it may have to be sent again. */
  setup: Uint8Array | null = null;
  setupLength = 0;
  /** How often the message of the running timer was sent. */
  attempts = 0;
  readonly timer: CallTimer<Q2931Call>;
  /** T322, which runs beside the others. */
  enquiryTimer: CallTimer<Q2931Call> | null = null;
  enquiryAttempts = 0;
  /** Parties of a point-to-multipoint call that are not in the Null state; null for a point-to-point call. */
  parties: Q2931Party[] | null = null;
  /** The endpoint reference that was allocated last. */
  lastEndpoint = 0;

  constructor(callReference: number, isIncoming: boolean, context: unknown) {
    this.callReference = callReference;
    this.isIncoming = isIncoming;
    this.key = callKey(callReference, isIncoming);
    this.context = context;
    this.timer = new CallTimer<Q2931Call>(this);
  }

  /** Flag of the messages that this side sends: 1 when the peer allocated the call reference (Q.2931 section 4.3). */
  get messageFlag(): number {
    return this.isIncoming ? 1 : 0;
  }
}

/** The calls of one interface by key: open addressing with linear probing, so that look-up allocates nothing. */
export class CallTable {
  count = 0;
  #slots: (Q2931Call | null)[] = new Array<Q2931Call | null>(INITIAL_CAPACITY).fill(null);
  #shift = 32 - Math.log2(INITIAL_CAPACITY);

  get(key: number): Q2931Call | null {
    const mask = this.#slots.length - 1;
    let at = this.#home(key);
    let call = this.#slots[at];
    while (call !== null && call.key !== key) {
      at = (at + 1) & mask;
      call = this.#slots[at];
    }
    return call;
  }

  /** Adds a call whose key is not in the table. */
  add(call: Q2931Call): void {
    if (2 * (this.count + 1) > this.#slots.length) this.#grow();
    this.#place(call);
    this.count++;
  }

  /** Removes the call if it is in the table. */
  remove(call: Q2931Call): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = this.#home(call.key);
    while (slots[at] !== call) {
      if (slots[at] === null) return;
      at = (at + 1) & mask;
    }
    this.count--;
    // Moves later members of the run back, so that no look-up meets a gap before what it looks for.
    let next = (at + 1) & mask;
    let moving = slots[next];
    while (moving !== null) {
      if (((next - this.#home(moving.key)) & mask) >= ((next - at) & mask)) {
        slots[at] = moving;
        at = next;
      }
      next = (next + 1) & mask;
      moving = slots[next];
    }
    slots[at] = null;
  }

  /** All calls in ascending order of key (allocates). */
  inOrder(): Q2931Call[] {
    return this.#slots.filter((call) => call !== null).sort((a, b) => a.key - b.key);
  }

  #home(key: number): number {
    return Math.imul(key, HASH_MULTIPLIER) >>> this.#shift;
  }

  #place(call: Q2931Call): void {
    const mask = this.#slots.length - 1;
    let at = this.#home(call.key);
    while (this.#slots[at] !== null) at = (at + 1) & mask;
    this.#slots[at] = call;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Array<Q2931Call | null>(2 * before.length).fill(null);
    this.#shift--;
    for (const call of before) {
      if (call !== null) this.#place(call);
    }
  }
}
