import type { Clock, ClockEventId, ClockTarget } from "../machine/clock.ts";
import type { WorldMemory } from "../machine/memory.ts";
import { AAL5_MAX_SDU_OCTETS } from "../wire/aal5.ts";
import type { BusMaster } from "./bus-master.ts";
import type { LayoutField } from "./datasheet/index.ts";
import { COMMAND, COMMAND_OPCODES, COMMAND_STATUS, VC_AAL, VC_SERVICE } from "./datasheet/index.ts";
import { DescriptorRing } from "./descriptor-ring.ts";
import type { InterruptBlock } from "./interrupt-block.ts";
import { CAUSE_CMD } from "./interrupt-block.ts";
import type { Receiver } from "./receiver.ts";
import type { Transmitter } from "./transmitter.ts";
import type { VcTable } from "./vc-table.ts";
import { NO_VC, VC_LARGE_BUFFERS, VC_RECEIVES, VC_TRANSMITS } from "./vc-table.ts";

const F = COMMAND.fields;
const COMMAND_WORDS = COMMAND.bytes >> 2;
/** From the doorbell to the execution of the commands, in nanoseconds. */
const EXECUTION_DELAY_NS = 300;
/** VCI 0 to 31 are reserved by the standards; the signalling VC 5 and ILMI VC 16 are opened like any other. */
const UNASSIGNED_VCI = 0;
const NS_PER_SECOND = 1e9;

/** Executes VC commands (datasheet: command ring). */
export class CommandEngine implements ClockTarget {
  readonly ring = new DescriptorRing(COMMAND.bytes);
  readonly #bus: BusMaster;
  readonly #clock: Clock;
  readonly #memory: WorldMemory;
  readonly #vcs: VcTable;
  readonly #transmitter: Transmitter;
  readonly #receiver: Receiver;
  readonly #interrupts: InterruptBlock;
  #event: ClockEventId = 0;

  constructor(bus: BusMaster, vcs: VcTable, transmitter: Transmitter, receiver: Receiver, interrupts: InterruptBlock) {
    this.#bus = bus;
    this.#clock = bus.clock;
    this.#memory = bus.memory;
    this.#vcs = vcs;
    this.#transmitter = transmitter;
    this.#receiver = receiver;
    this.#interrupts = interrupts;
  }

  doorbell(tail: number): void {
    this.ring.tail = this.ring.wrap(tail);
    if (this.#event === 0 && this.ring.filled > 0) this.#event = this.#clock.schedule(EXECUTION_DELAY_NS, this, 0, 0);
  }

  reset(): void {
    this.#clock.cancel(this.#event);
    this.#event = 0;
    this.ring.clear();
    for (let vc = 0; vc < this.#vcs.capacity; vc++) {
      if (this.#vcs.isOpen(vc)) this.#close(vc);
    }
  }

  onClock(): void {
    this.#event = 0;
    const { ring } = this;
    if (!this.#bus.allows(ring.base, ring.byteLength, true)) return;
    while (ring.head !== ring.tail) {
      const at = (ring.base >>> 2) + ring.head * COMMAND_WORDS;
      this.#memory.words[at + F.status.word] = this.#execute(at);
      ring.head = (ring.head + 1) & (ring.size - 1);
    }
    this.#interrupts.raise(CAUSE_CMD);
  }

  #execute(at: number): number {
    const vc = this.#field(at, F.vcIndex);
    switch (this.#field(at, F.opcode)) {
      case COMMAND_OPCODES.OPEN:
        return this.#open(at, vc);
      case COMMAND_OPCODES.MODIFY:
        if (!this.#vcs.isOpen(vc)) return COMMAND_STATUS.NOT_OPEN;
        return this.#configure(at, vc);
      case COMMAND_OPCODES.CLOSE:
        if (!this.#vcs.isOpen(vc)) return COMMAND_STATUS.NOT_OPEN;
        this.#close(vc);
        return COMMAND_STATUS.OK;
      default:
        return COMMAND_STATUS.BAD_OPCODE;
    }
  }

  #open(at: number, vc: number): number {
    const vpi = this.#field(at, F.vpi);
    const vci = this.#field(at, F.vci);
    if (this.#vcs.isOpen(vc)) return COMMAND_STATUS.ALREADY_OPEN;
    if (vci === UNASSIGNED_VCI) return COMMAND_STATUS.BAD_CONNECTION;
    if (this.#vcs.lookup(vpi, vci) !== NO_VC) return COMMAND_STATUS.CONNECTION_IN_USE;
    const wrong = this.#check(at);
    if (wrong !== COMMAND_STATUS.OK) return wrong;
    this.#vcs.enter(vc, vpi, vci);
    return this.#configure(at, vc);
  }

  #check(at: number): number {
    const aal = this.#field(at, F.aal);
    if (aal !== VC_AAL.AAL5) return COMMAND_STATUS.BAD_AAL;
    const service = this.#field(at, F.service);
    const peak = this.#field(at, F.peakCellRate);
    const sustainable = this.#field(at, F.sustainableCellRate);
    if (service === VC_SERVICE.CBR && peak === 0) return COMMAND_STATUS.BAD_RATE;
    if (service === VC_SERVICE.VBR && (peak === 0 || sustainable === 0 || sustainable > peak))
      return COMMAND_STATUS.BAD_RATE;
    return COMMAND_STATUS.OK;
  }

  #configure(at: number, vc: number): number {
    const wrong = this.#check(at);
    if (wrong !== COMMAND_STATUS.OK) return wrong;
    const state =
      (this.#field(at, F.transmit) !== 0 ? VC_TRANSMITS : 0) |
      (this.#field(at, F.receive) !== 0 ? VC_RECEIVES : 0) |
      (this.#field(at, F.largeBuffers) !== 0 ? VC_LARGE_BUFFERS : 0);
    const maximumSduBytes = Math.min(this.#field(at, F.maximumSduBytes), AAL5_MAX_SDU_OCTETS);
    const peak = this.#field(at, F.peakCellRate);
    const sustainable = this.#field(at, F.service) === VC_SERVICE.VBR ? this.#field(at, F.sustainableCellRate) : 0;
    const peakIntervalNs = peak === 0 ? 0 : NS_PER_SECOND / peak;
    const sustainIntervalNs = sustainable === 0 ? 0 : NS_PER_SECOND / sustainable;
    const burst = Math.max(0, this.#field(at, F.maximumBurstSize) - 1);
    const burstToleranceNs = sustainable === 0 ? 0 : burst * (sustainIntervalNs - peakIntervalNs);
    this.#vcs.configure(vc, state, maximumSduBytes, { peakIntervalNs, sustainIntervalNs, burstToleranceNs });
    return COMMAND_STATUS.OK;
  }

  #close(vc: number): void {
    this.#transmitter.abortHeld(vc);
    this.#receiver.dropPartial(vc);
    this.#vcs.leave(vc);
  }

  #field(at: number, field: LayoutField): number {
    const word = this.#memory.words[at + field.word];
    return field.width === 32 ? word : (word >>> field.lsb) & ((1 << field.width) - 1);
  }
}
