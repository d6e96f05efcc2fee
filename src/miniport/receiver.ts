import { FREE_BUFFER, RECEIVE_COMPLETION, REGISTERS } from "../device/datasheet/index.ts";
import type {
  MDL,
  MiniportAdapterHandle,
  MiniportCallManagerLibrary,
  NET_BUFFER_LIST,
  NetBufferListPoolHandle,
} from "../ndis/index.ts";
import {
  NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL,
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NET_BUFFER_LIST_POOL_PARAMETERS,
} from "../ndis/index.ts";
import type { Connection } from "./connection.ts";
import type { Hardware } from "./hardware.ts";
import type { BufferPool } from "./receive-buffers.ts";
import { allocatePool, freePool, nextPowerOfTwo } from "./receive-buffers.ts";
import type { SharedRing } from "./shared-ring.ts";
import { allocateRing } from "./shared-ring.ts";

const FRB = FREE_BUFFER.fields;
const RXC = RECEIVE_COMPLETION.fields;
const LENGTH_MASK = 0x1_ffff;
const VC_MASK = 0xffff;
const POOL_TAG = 0x314d_4356;
const NO_PIECE = -1;
/** At most this many lists go up in one indication. */
const INDICATION_LIMIT = 64;

/** What signalling PDUs are handed to. */
export type SignallingSink = (bytes: Uint8Array, offset: number, length: number) => void;

/** Sizes of the receive side: how many buffers, and how many bytes in each. */
export interface ReceiverSizes {
  readonly smallBuffers: number;
  readonly smallBytes: number;
  readonly largeBuffers: number;
  readonly largeBytes: number;
}

/** The receive side of the NIC: free buffers, completions, indications, returns. */
export class Receiver {
  readonly #ndis: MiniportCallManagerLibrary;
  readonly #adapter: MiniportAdapterHandle;
  readonly #hardware: Hardware;
  readonly #completions: SharedRing;
  readonly #small: BufferPool;
  readonly #large: BufferPool;
  readonly #listPool: NetBufferListPoolHandle;
  readonly #lists: NET_BUFFER_LIST[] = [];
  readonly #mdls: MDL[] = [];
  /** The buffer that continues the frame of this one, by cookie. */
  readonly #nextPiece: Int32Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #connections: (Connection | null)[];
  readonly #signalling: Connection;
  readonly #sink: SignallingSink;
  readonly #returned: (connection: Connection) => void;
  /** Connections with lists to indicate: so many at the head of an array that keeps its room. */
  readonly #touched: Connection[] = [];
  #touchedCount = 0;
  #firstPiece = NO_PIECE;
  #lastPiece = NO_PIECE;
  #frameBytes = 0;
  #held = 0;
  #batching = false;
  paused = true;

  private constructor(
    ndis: MiniportCallManagerLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    completions: SharedRing,
    small: BufferPool,
    large: BufferPool,
    listPool: NetBufferListPoolHandle,
    connections: (Connection | null)[],
    signalling: Connection,
    sink: SignallingSink,
    returned: (connection: Connection) => void,
  ) {
    this.#ndis = ndis;
    this.#adapter = adapter;
    this.#hardware = hardware;
    this.#completions = completions;
    this.#small = small;
    this.#large = large;
    this.#listPool = listPool;
    this.#connections = connections;
    this.#signalling = signalling;
    this.#sink = sink;
    this.#returned = returned;
    this.#words = ndis.Memory.signedWords;
    this.#bytes = ndis.Memory.bytes;
    this.#nextPiece = new Int32Array(small.count + large.count).fill(NO_PIECE);
  }

  /**
   * Allocates rings, buffers and lists; null when there is no memory (everything taken is given back).
   * @param connections the driver's table of connections by VC index.
   * @param sink takes what arrives on `signalling`, in order with everything else.
   * @param returned called when the last list of a connection that is not receiving any more has come back.
   */
  static create(
    ndis: MiniportCallManagerLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    sizes: ReceiverSizes,
    connections: (Connection | null)[],
    signalling: Connection,
    sink: SignallingSink,
    returned: (connection: Connection) => void,
  ): Receiver | null {
    const listPool = ndis.NdisAllocateNetBufferListPool(
      adapter,
      NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: POOL_TAG }),
    );
    if (listPool === null) return null;
    const small = allocatePool(ndis, adapter, sizes.smallBuffers, sizes.smallBytes, 0);
    const large =
      small === null ? null : allocatePool(ndis, adapter, sizes.largeBuffers, sizes.largeBytes, sizes.smallBuffers);
    const entries = nextPowerOfTwo(sizes.smallBuffers + sizes.largeBuffers + 1);
    const completions = large === null ? null : allocateRing(ndis, adapter, entries, RECEIVE_COMPLETION.bytes);
    if (small === null || large === null || completions === null) {
      if (large !== null) freePool(ndis, adapter, large);
      if (small !== null) freePool(ndis, adapter, small);
      ndis.NdisFreeNetBufferListPool(listPool);
      return null;
    }
    const receiver = new Receiver(
      ndis,
      adapter,
      hardware,
      completions,
      small,
      large,
      listPool,
      connections,
      signalling,
      sink,
      returned,
    );
    if (receiver.#describeBuffers()) return receiver;
    receiver.free();
    return null;
  }

  /** Programs the rings and hands every buffer to the device. */
  start(): void {
    const { RCBASE, RCSIZE, FSBASE, FSSIZE, FSLEN, FLBASE, FLSIZE, FLLEN } = REGISTERS;
    const small = this.#small;
    const large = this.#large;
    this.#hardware.write(RCBASE, this.#completions.address);
    this.#hardware.write(RCSIZE, this.#completions.size);
    this.#hardware.write(FSBASE, small.ring.address);
    this.#hardware.write(FSSIZE, small.ring.size);
    this.#hardware.write(FSLEN, small.bufferBytes);
    this.#hardware.write(FLBASE, large.ring.address);
    this.#hardware.write(FLSIZE, large.ring.size);
    this.#hardware.write(FLLEN, large.bufferBytes);
    for (const pool of [small, large]) {
      for (let i = 0; i < pool.count; i++) this.#offer(pool.firstCookie + i);
    }
    this.#ringDoorbells();
  }

  free(): void {
    for (const list of this.#lists) {
      const buffer = list.FirstNetBuffer;
      if (buffer !== null) {
        buffer.MdlChain = null;
        buffer.CurrentMdl = null;
      }
      this.#ndis.NdisFreeNetBufferList(list);
    }
    for (const mdl of this.#mdls) this.#ndis.NdisFreeMdl(mdl);
    this.#completions.free(this.#ndis, this.#adapter);
    for (const pool of [this.#small, this.#large]) freePool(this.#ndis, this.#adapter, pool);
    this.#ndis.NdisFreeNetBufferListPool(this.#listPool);
  }

  /** Lists that clients hold. */
  get outstanding(): number {
    return this.#held;
  }

  beginBatch(): void {
    this.#batching = true;
  }

  endBatch(): void {
    this.#batching = false;
    this.#ringDoorbells();
  }

  /** Takes the device's completions: indicates frames, and hands signalling PDUs on in their place. Called from the DPC. */
  receive(): void {
    const completions = this.#completions;
    const words = this.#words;
    const from = completions.next;
    for (;;) {
      const at = completions.firstWord + completions.next * completions.entryWords;
      const control = words[at + RXC.length.word];
      if (((control >>> RXC.phase.lsb) & 1) !== completions.phase) break;
      const cookie = words[at + RXC.cookie.word];
      const vcIndex = words[at + RXC.vcIndex.word] & VC_MASK;
      completions.advance();
      this.#piece(cookie, control & LENGTH_MASK);
      // The sign is the bit that ends a frame.
      if (control < 0) this.#frame(vcIndex);
    }
    if (completions.next === from) return;
    this.#hardware.write(REGISTERS.RCHEAD, completions.next);
    this.#indicate();
  }

  /** MiniportReturnNetBufferLists: buffers go back to the device. */
  giveBack(lists: NET_BUFFER_LIST): void {
    let list: NET_BUFFER_LIST | null = lists;
    while (list !== null) {
      const next: NET_BUFFER_LIST | null = list.Next;
      const connection = list.MiniportReserved[1] as Connection;
      this.#recycle(list.MiniportReserved[0] as number);
      this.#held--;
      connection.receivesOutstanding--;
      if (connection.receivesOutstanding === 0 && !connection.receiving) this.#returned(connection);
      list = next;
    }
    if (!this.#batching) this.#ringDoorbells();
  }

  #describeBuffers(): boolean {
    for (const pool of [this.#small, this.#large]) {
      for (let i = 0; i < pool.count; i++) {
        const address = pool.address + i * pool.stride;
        const mdl = this.#ndis.NdisAllocateMdl(this.#adapter, address, pool.bufferBytes);
        if (mdl === null) return false;
        this.#mdls.push(mdl);
        const list = this.#ndis.NdisAllocateNetBufferAndNetBufferList(this.#listPool, 0, 0, mdl, 0, 0);
        if (list === null) return false;
        list.MiniportReserved[0] = pool.firstCookie + i;
        this.#lists.push(list);
      }
    }
    return true;
  }

  #piece(cookie: number, length: number): void {
    this.#mdls[cookie].ByteCount = length;
    this.#poolOf(cookie).withDevice--;
    if (this.#firstPiece === NO_PIECE) {
      this.#firstPiece = cookie;
      this.#frameBytes = length;
    } else {
      this.#nextPiece[this.#lastPiece] = cookie;
      this.#mdls[this.#lastPiece].Next = this.#mdls[cookie];
      this.#frameBytes += length;
    }
    this.#lastPiece = cookie;
  }

  #frame(vcIndex: number): void {
    const first = this.#firstPiece;
    this.#firstPiece = NO_PIECE;
    const connection = this.#connections[vcIndex];
    if (connection === null || connection === undefined) {
      this.#recycle(first);
    } else if (connection === this.#signalling) {
      // What came before a signalling message goes up before it takes effect.
      this.#indicate();
      const list = this.#lists[first];
      const address = list.FirstNetBuffer?.CurrentMdl?.MappedSystemVa ?? 0;
      if (first === this.#lastPiece) this.#sink(this.#bytes, address, this.#frameBytes);
      this.#recycle(first);
    } else if (this.paused || !connection.receiving || connection.ndisVcHandle === null) {
      connection.framesDropped++;
      this.#recycle(first);
    } else {
      this.#gather(connection, first);
    }
  }

  #gather(connection: Connection, cookie: number): void {
    const list = this.#lists[cookie];
    const buffer = list.FirstNetBuffer;
    if (buffer === null) return;
    buffer.DataLength = this.#frameBytes;
    list.SourceHandle = connection.ndisVcHandle;
    list.MiniportReserved[1] = connection;
    list.Next = null;
    if (connection.gatherLast === null) {
      connection.gatherFirst = list;
      this.#touched[this.#touchedCount++] = connection;
    } else {
      connection.gatherLast.Next = list;
    }
    connection.gatherLast = list;
    if (++connection.gatherCount === INDICATION_LIMIT) this.#indicate();
  }

  #indicate(): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      const connection = this.#touched[i];
      const lists = connection.gatherFirst;
      const count = connection.gatherCount;
      connection.gatherFirst = null;
      connection.gatherLast = null;
      connection.gatherCount = 0;
      if (lists === null || connection.ndisVcHandle === null) continue;
      if (this.#isScarce(lists.MiniportReserved[0] as number)) {
        this.#ndis.NdisMCoIndicateReceiveNetBufferLists(
          connection.ndisVcHandle,
          lists,
          count,
          NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL | NDIS_RECEIVE_FLAGS_RESOURCES,
        );
        this.#recycleAll(lists);
        continue;
      }
      this.#held += count;
      connection.receivesOutstanding += count;
      this.#ndis.NdisMCoIndicateReceiveNetBufferLists(
        connection.ndisVcHandle,
        lists,
        count,
        NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL,
      );
    }
    this.#touchedCount = 0;
  }

  /** With less than a quarter of its pool left to the device, a buffer is lent for the call only (RCV-12). */
  #isScarce(cookie: number): boolean {
    const pool = this.#poolOf(cookie);
    return pool.withDevice * 4 < pool.count;
  }

  #poolOf(cookie: number): BufferPool {
    return cookie < this.#large.firstCookie ? this.#small : this.#large;
  }

  #recycleAll(lists: NET_BUFFER_LIST): void {
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; ) {
      const next: NET_BUFFER_LIST | null = list.Next;
      this.#recycle(list.MiniportReserved[0] as number);
      list = next;
    }
  }

  /** Gives a frame's buffers to the device again. */
  #recycle(first: number): void {
    for (let cookie = first; cookie !== NO_PIECE; ) {
      const next = this.#nextPiece[cookie];
      if (next !== NO_PIECE) {
        this.#nextPiece[cookie] = NO_PIECE;
        this.#mdls[cookie].Next = null;
      }
      this.#offer(cookie);
      cookie = next;
    }
  }

  #offer(cookie: number): void {
    const pool = this.#poolOf(cookie);
    const { ring } = pool;
    pool.withDevice++;
    const at = ring.firstWord + ring.next * ring.entryWords;
    this.#words[at + FRB.address.word] = pool.address + (cookie - pool.firstCookie) * pool.stride;
    this.#words[at + FRB.cookie.word] = cookie;
    ring.next = (ring.next + 1) & ring.mask;
  }

  #ringDoorbells(): void {
    const small = this.#small;
    const large = this.#large;
    if (small.rung !== small.ring.next) {
      small.rung = small.ring.next;
      this.#hardware.write(REGISTERS.FSTAIL, small.rung);
    }
    if (large.rung !== large.ring.next) {
      large.rung = large.ring.next;
      this.#hardware.write(REGISTERS.FLTAIL, large.rung);
    }
  }
}
