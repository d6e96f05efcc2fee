import { REGISTERS, TRANSMIT_COMPLETION, TRANSMIT_DESCRIPTOR } from "../device/datasheet/index.ts";
import type {
  MiniportAdapterHandle,
  NDIS_STATUS_FINAL,
  NdisMiniportDmaHandle,
  NET_BUFFER,
  NET_BUFFER_LIST,
} from "../ndis/index.ts";
import {
  NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL,
  NDIS_SPIN_LOCK,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NDIS_STATUS_VC_NOT_ACTIVATED,
} from "../ndis/index.ts";
import { OctetCopier } from "../wire/octets.ts";
import type { Connection } from "./connection.ts";
import type { Hardware } from "./hardware.ts";
import type { MiniportLibrary } from "./library.ts";
import { MappedFrames } from "./mapped-frames.ts";
import { ReturnedSends } from "./returned-sends.ts";
import type { SharedRing } from "./shared-ring.ts";
import type { TransmitBuffers, TransmitMemory } from "./transmit-buffers.ts";
import { allocateTransmitMemory, COPY_BREAK_BYTES } from "./transmit-buffers.ts";
import { copyFrame, entriesFor, refusal, STATUS_OF_COMPLETION } from "./transmit-frames.ts";

const TXD = TRANSMIT_DESCRIPTOR.fields;
const TXC = TRANSMIT_COMPLETION.fields;
const DESCRIPTOR_WORDS = TRANSMIT_DESCRIPTOR.bytes >> 2;
const LAST = 1 << TXD.last.lsb;
const SHORT_BYTES = COPY_BREAK_BYTES;
const SUCCESS = NDIS_STATUS_SUCCESS;
const COUNT_SHIFT = TXC.count.lsb;
const NO_ENTRY = -1;

/** Ring entries that data leaves to signalling, at most: a client that keeps the ring full must not starve SSCOP. */
const SIGNALLING_RESERVE = 32;

/** What completing a descriptor entails, as bits: a frame's memory is unmapped; its list is complete; a buffer for long signalling PDUs is free. */
const NOTHING = 0;
const MAPPED = 1;
const LIST = 2;
const SIGNALLING = 4;

/** The transmit side of the NIC: descriptors, doorbell, completions, and a queue for what does not fit yet (SND-05). */
export class Transmitter {
  readonly #ndis: MiniportLibrary;
  readonly #adapter: MiniportAdapterHandle;
  readonly #hardware: Hardware;
  readonly #ring: SharedRing;
  readonly #completions: SharedRing;
  readonly #lock = NDIS_SPIN_LOCK();
  /** By ring entry: what completing it entails, whether that is done, and what it stands for. References stay behind until reuse. */
  readonly #entails: Uint8Array;
  readonly #done: Uint8Array;
  readonly #lists: (NET_BUFFER_LIST | null)[];
  readonly #signallingBuffers: Int32Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #copier = new OctetCopier();
  readonly #buffers: TransmitBuffers;
  readonly #returned: ReturnedSends;
  readonly #mapped: MappedFrames;
  /** How many entries data may take; one of the ring stays empty. */
  readonly #dataEntries: number;
  #clean = 0;
  #inUse = 0;
  #rung = 0;
  #queueFirst: NET_BUFFER_LIST | null = null;
  #queueLast: NET_BUFFER_LIST | null = null;
  #batching = false;
  paused = true;
  #isRemoved = false;

  private constructor(
    ndis: MiniportLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    { ring, completions, buffers }: TransmitMemory,
    drained: (connection: Connection) => void,
  ) {
    this.#ndis = ndis;
    this.#adapter = adapter;
    this.#hardware = hardware;
    this.#ring = ring;
    this.#completions = completions;
    this.#buffers = buffers;
    this.#returned = new ReturnedSends(ndis, drained);
    this.#words = ndis.Memory.signedWords;
    this.#bytes = ndis.Memory.bytes;
    this.#entails = new Uint8Array(ring.size);
    this.#done = new Uint8Array(ring.size);
    this.#mapped = new MappedFrames(ndis, ring.size);
    this.#lists = new Array<NET_BUFFER_LIST | null>(ring.size).fill(null);
    this.#signallingBuffers = new Int32Array(ring.size);
    this.#dataEntries = ring.size - 1 - Math.min(SIGNALLING_RESERVE, ring.size >> 2);
    ndis.NdisAllocateSpinLock(this.#lock);
  }

  /** Allocates rings and buffers; null when there is no memory (everything taken is given back). */
  static create(
    ndis: MiniportLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    size: number,
    drained: (connection: Connection) => void,
  ): Transmitter | null {
    const memory = allocateTransmitMemory(ndis, adapter, size);
    return memory === null ? null : new Transmitter(ndis, adapter, hardware, memory, drained);
  }

  start(dma: NdisMiniportDmaHandle): void {
    this.#mapped.start(dma);
    const { TXBASE, TXSIZE, TCBASE, TCSIZE } = REGISTERS;
    this.#hardware.write(TXBASE, this.#ring.address);
    this.#hardware.write(TXSIZE, this.#ring.size);
    this.#hardware.write(TCBASE, this.#completions.address);
    this.#hardware.write(TCSIZE, this.#completions.size);
  }

  free(): void {
    this.#ring.free(this.#ndis, this.#adapter);
    this.#completions.free(this.#ndis, this.#adapter);
    this.#buffers.release(this.#ndis, this.#adapter);
    this.#ndis.NdisFreeSpinLock(this.#lock);
  }

  /** Lists of clients that have not been given back. */
  get clientSends(): number {
    return this.#returned.outstanding;
  }

  /** Ring entries that the device has not completed. */
  get pending(): number {
    return this.#inUse;
  }

  /** MiniportCoSendNetBufferLists: takes every list, in order; what does not fit is queued. */
  send(connection: Connection, lists: NET_BUFFER_LIST): void {
    if (this.paused || connection.path !== "open") {
      this.#refuse(connection, lists);
      return;
    }
    this.#ndis.NdisAcquireSpinLock(this.#lock);
    let list: NET_BUFFER_LIST | null = lists;
    while (list !== null) {
      if (this.#queueFirst === null) list = this.#postShort(connection, list);
      if (list === null) break;
      const next: NET_BUFFER_LIST | null = list.Next;
      list.Next = null;
      list.Scratch = connection;
      this.#returned.expect(connection, 1);
      if (this.#queueFirst !== null || !this.#post(connection, list)) this.#enqueue(list);
      list = next;
    }
    this.ring();
    this.#ndis.NdisReleaseSpinLock(this.#lock);
    // Without the lock: who gets a list back may send again. The sender may be at any level up to DISPATCH_LEVEL.
    if (!this.#batching) this.#returned.giveBack(0);
  }

  /** The NIC is gone and completes nothing any more: what it had comes back with NOT_ACCEPTED, and nothing is taken (SND-16). */
  abandon(): void {
    this.#isRemoved = true;
    this.paused = true;
    this.#ndis.NdisAcquireSpinLock(this.#lock);
    for (; this.#inUse > 0; this.#reclaim())
      if (this.#done[this.#clean] === 0) this.#completeRun(this.#clean, 1, NDIS_STATUS_NOT_ACCEPTED);
    this.#drainQueue();
    this.#ndis.NdisReleaseSpinLock(this.#lock);
    this.#returned.giveBack(0);
  }

  /** Sends a signalling PDU on `connection`; false when no buffer or descriptor is free (SSCOP sends again). */
  sendSignalling(connection: Connection, bytes: Uint8Array, offset: number, length: number): boolean {
    if (this.#isRemoved || this.#inUse + 1 >= this.#ring.size) return false;
    const isShort = length <= COPY_BREAK_BYTES;
    const address = isShort ? this.#buffers.copyAddress(this.#ring.next) : this.#buffers.takeSignalling();
    if (address === 0) return false;
    this.#copier.copy(bytes, offset, length, this.#bytes, address);
    const entry = this.#describe(address, length | LAST, connection.vcIndex);
    if (!isShort) {
      this.#entails[entry] = SIGNALLING;
      this.#signallingBuffers[entry] = address;
    }
    if (!this.#batching) this.ring();
    return true;
  }

  /** Doorbells wait until {@link endBatch}: one for a whole DPC. */
  beginBatch(): void {
    this.#batching = true;
  }

  endBatch(): void {
    // Sends that failed in the batch, with a descriptor for none of their frames, have nothing else to wait for.
    this.#returned.giveBack(NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL);
    this.#batching = false;
    this.ring();
  }

  /** Tells the device of new descriptors. */
  ring(): void {
    if (this.#rung === this.#ring.next) return;
    this.#rung = this.#ring.next;
    this.#hardware.write(REGISTERS.TXTAIL, this.#rung);
  }

  /** Takes the device's completions and gives lists back, those of one connection together. Called from the DPC. */
  complete(): void {
    const completions = this.#completions;
    const words = this.#words;
    const from = completions.next;
    for (;;) {
      const at = completions.firstWord + completions.next * completions.entryWords;
      const state = words[at + TXC.status.word];
      // The phase is the sign.
      if (state >>> TXC.phase.lsb !== completions.phase) break;
      const run = words[at + TXC.first.word];
      this.#completeRun(run & 0xffff, run >>> COUNT_SHIFT, STATUS_OF_COMPLETION[state & 0xff] ?? NDIS_STATUS_FAILURE);
      completions.advance();
    }
    if (completions.next === from) return;
    this.#hardware.write(REGISTERS.TCHEAD, completions.next);
    this.#reclaim();
    this.#drainQueue();
    this.#returned.giveBack(NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL);
  }

  /**
   * The hot path: lists with one short frame in one piece each, which are copied into the descriptors' own buffers. Stops at
   * whatever is not so, or when data has no more room in the ring.
   * @returns the first list that it did not take.
   */
  #postShort(connection: Connection, lists: NET_BUFFER_LIST): NET_BUFFER_LIST | null {
    const ring = this.#ring;
    const words = this.#words;
    const ndis = this.#ndis;
    const buffers = this.#buffers;
    const entails = this.#entails;
    const { vcIndex } = connection;
    const room = this.#dataEntries - this.#inUse;
    let entry = ring.next;
    let count = 0;
    let list: NET_BUFFER_LIST | null = lists;
    while (list !== null && count < room) {
      const buffer = list.FirstNetBuffer;
      if (buffer === null || buffer.Next !== null) break;
      const mdl = buffer.CurrentMdl;
      const offset = buffer.CurrentMdlOffset;
      const length = buffer.DataLength;
      if (mdl === null || length === 0 || length > SHORT_BYTES || offset + length > mdl.ByteCount) break;
      const address = buffers.copyAddress(entry);
      ndis.NdisMoveMemory(address, mdl.MappedSystemVa + offset, length);
      const at = ring.firstWord + entry * DESCRIPTOR_WORDS;
      words[at + TXD.address.word] = address;
      words[at + TXD.length.word] = length | LAST;
      words[at + TXD.vcIndex.word] = vcIndex;
      entails[entry] = LIST;
      if (this.#lists[entry] !== list) this.#lists[entry] = list;
      entry = (entry + 1) & ring.mask;
      count++;
      const next: NET_BUFFER_LIST | null = list.Next;
      list.Next = null;
      if (list.Scratch !== connection) list.Scratch = connection;
      list.Status = SUCCESS;
      list = next;
    }
    ring.next = entry;
    this.#inUse += count;
    this.#returned.expect(connection, count);
    return list;
  }

  /** Describes a list to the NIC. @returns false when there is no room in the ring. */
  #post(connection: Connection, list: NET_BUFFER_LIST): boolean {
    list.Status = NDIS_STATUS_SUCCESS;
    let last = NO_ENTRY;
    const needed = entriesFor(list, COPY_BREAK_BYTES);
    if (needed <= this.#dataEntries && this.#inUse + needed > this.#dataEntries) return false;
    // More pieces than the ring could ever take are refused, not waited for.
    const first = needed <= this.#dataEntries ? list.FirstNetBuffer : null;
    for (let buffer = first; buffer !== null; buffer = buffer.Next) {
      const entry =
        buffer.DataLength <= COPY_BREAK_BYTES
          ? this.#copyBuffer(connection, buffer)
          : this.#mapBuffer(connection, buffer);
      if (entry === NO_ENTRY) list.Status = NDIS_STATUS_RESOURCES;
      else last = entry;
    }
    if (last === NO_ENTRY) {
      list.Status = needed === 0 ? NDIS_STATUS_FAILURE : NDIS_STATUS_RESOURCES;
      this.#returned.add(connection, list);
      return true;
    }
    this.#entails[last] |= LIST;
    this.#lists[last] = list;
    return true;
  }

  /** Copies a short frame out of its MDLs, so that nothing is to be undone when it has left. */
  #copyBuffer(connection: Connection, buffer: NET_BUFFER): number {
    const address = this.#buffers.copyAddress(this.#ring.next);
    const isWhole = copyFrame(this.#ndis, buffer, address);
    return isWhole ? this.#describe(address, buffer.DataLength | LAST, connection.vcIndex) : NO_ENTRY;
  }

  #mapBuffer(connection: Connection, buffer: NET_BUFFER): number {
    const list = this.#mapped.map(buffer);
    if (list === null) return NO_ENTRY;
    const elements = list.Elements;
    const final = list.NumberOfElements - 1;
    for (let i = 0; i < final; i++) this.#describe(elements[i].Address, elements[i].Length, connection.vcIndex);
    const entry = this.#describe(elements[final].Address, elements[final].Length | LAST, connection.vcIndex);
    this.#entails[entry] = MAPPED;
    this.#mapped.keep(entry, buffer, list);
    return entry;
  }

  #describe(address: number, lengthAndFlags: number, vcIndex: number): number {
    const ring = this.#ring;
    const entry = ring.next;
    const at = ring.firstWord + entry * ring.entryWords;
    const words = this.#words;
    words[at + TXD.address.word] = address;
    words[at + TXD.length.word] = lengthAndFlags;
    words[at + TXD.vcIndex.word] = vcIndex;
    ring.next = (entry + 1) & ring.mask;
    this.#entails[entry] = NOTHING;
    this.#inUse++;
    return entry;
  }

  #completeRun(first: number, count: number, status: NDIS_STATUS_FINAL): void {
    const mask = this.#ring.mask;
    const entails = this.#entails;
    const inOrder = first === this.#clean;
    for (let i = 0; i < count; i++) {
      const entry = (first + i) & mask;
      if (!inOrder) this.#done[entry] = 1;
      const what = entails[entry];
      if (what === NOTHING) continue;
      if ((what & SIGNALLING) !== 0) this.#buffers.giveSignalling(this.#signallingBuffers[entry]);
      if ((what & MAPPED) !== 0) this.#mapped.unmap(entry);
      if ((what & LIST) === 0) continue;
      const list = this.#lists[entry];
      if (list === null) continue;
      if (status !== NDIS_STATUS_SUCCESS) list.Status = status;
      this.#returned.add(list.Scratch as Connection, list);
    }
    if (!inOrder) return;
    this.#clean = (first + count) & mask;
    this.#inUse -= count;
  }

  /** Frees ring entries from the oldest on; completions of shaped VCs may overtake. */
  #reclaim(): void {
    const mask = this.#ring.mask;
    while (this.#inUse > 0 && this.#done[this.#clean] === 1) {
      this.#done[this.#clean] = 0;
      this.#clean = (this.#clean + 1) & mask;
      this.#inUse--;
    }
  }

  #enqueue(list: NET_BUFFER_LIST): void {
    if (this.#queueLast === null) this.#queueFirst = list;
    else this.#queueLast.Next = list;
    this.#queueLast = list;
  }

  #drainQueue(): void {
    while (this.#queueFirst !== null) {
      const list: NET_BUFFER_LIST = this.#queueFirst;
      const next = list.Next;
      const connection = list.Scratch as Connection;
      list.Next = null;
      if (this.#isRemoved || connection.path !== "open") {
        list.Status = this.#isRemoved ? NDIS_STATUS_NOT_ACCEPTED : NDIS_STATUS_VC_NOT_ACTIVATED;
        this.#returned.add(connection, list);
      } else if (!this.#post(connection, list)) {
        list.Next = next;
        break;
      }
      this.#queueFirst = next;
      if (next === null) this.#queueLast = null;
    }
    if (!this.#batching) this.ring();
  }

  /** Lists that are not taken come back at once (SND-16). */
  #refuse(connection: Connection, lists: NET_BUFFER_LIST): void {
    const status = refusal(this.#isRemoved, this.paused);
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) list.Status = status;
    if (connection.ndisVcHandle !== null)
      this.#ndis.NdisMCoSendNetBufferListsComplete(connection.ndisVcHandle, lists, 0);
  }
}
