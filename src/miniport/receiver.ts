import { RECEIVE_COMPLETION, REGISTERS } from "../device/datasheet/index.ts";
import type { MiniportAdapterHandle, NET_BUFFER_LIST } from "../ndis/index.ts";
import { NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL, NDIS_RECEIVE_FLAGS_RESOURCES } from "../ndis/index.ts";
import type { Connection } from "./connection.ts";
import type { Hardware } from "./hardware.ts";
import type { MiniportLibrary } from "./library.ts";
import type { ReceiverSizes } from "./receive-buffers.ts";
import { NO_PIECE, nextPowerOfTwo, ReceiveBuffers } from "./receive-buffers.ts";
import type { SharedRing } from "./shared-ring.ts";
import { allocateRing } from "./shared-ring.ts";

const RXC = RECEIVE_COMPLETION.fields;
const LENGTH_MASK = 0x1_ffff;
const VC_MASK = 0xffff;
const COMPLETION_WORDS = RECEIVE_COMPLETION.bytes >> 2;
/** At most this many lists of a connection are gathered for one indication. */
const RUN_LIMIT = 64;

/** What signalling PDUs are handed to. */
export type SignallingSink = (bytes: Uint8Array, offset: number, length: number) => void;

/** The receive side of the NIC: completions, indications, returns. */
export class Receiver {
  readonly #ndis: MiniportLibrary;
  readonly #adapter: MiniportAdapterHandle;
  readonly #hardware: Hardware;
  readonly #completions: SharedRing;
  readonly #buffers: ReceiveBuffers;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #connections: (Connection | null)[];
  #signalling: Connection | null = null;
  #sink: SignallingSink = () => {};
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
    ndis: MiniportLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    completions: SharedRing,
    buffers: ReceiveBuffers,
    connections: (Connection | null)[],
    returned: (connection: Connection) => void,
  ) {
    this.#ndis = ndis;
    this.#adapter = adapter;
    this.#hardware = hardware;
    this.#completions = completions;
    this.#buffers = buffers;
    this.#connections = connections;
    this.#returned = returned;
    this.#words = ndis.Memory.signedWords;
    this.#bytes = ndis.Memory.bytes;
  }

  /**
   * Allocates rings, buffers and lists; null when there is no memory (everything taken is given back).
   * @param connections the driver's table of connections by VC index.
   * @param returned called when the last list of a connection that is not receiving any more has come back.
   */
  static create(
    ndis: MiniportLibrary,
    adapter: MiniportAdapterHandle,
    hardware: Hardware,
    sizes: ReceiverSizes,
    connections: (Connection | null)[],
    returned: (connection: Connection) => void,
  ): Receiver | null {
    const buffers = ReceiveBuffers.create(ndis, adapter, hardware, sizes);
    if (buffers === null) return null;
    const entries = nextPowerOfTwo(sizes.smallBuffers + sizes.largeBuffers + 1);
    const completions = allocateRing(ndis, adapter, entries, RECEIVE_COMPLETION.bytes);
    if (completions === null) {
      buffers.free();
      return null;
    }
    return new Receiver(ndis, adapter, hardware, completions, buffers, connections, returned);
  }

  /** @param sink takes what arrives on `connection` from now on, in order with everything else. */
  divert(connection: Connection, sink: SignallingSink): void {
    this.#signalling = connection;
    this.#sink = sink;
  }

  /** Programs the rings and hands every buffer to the device. */
  start(): void {
    this.#hardware.write(REGISTERS.RCBASE, this.#completions.address);
    this.#hardware.write(REGISTERS.RCSIZE, this.#completions.size);
    this.#buffers.start();
  }

  free(): void {
    this.#completions.free(this.#ndis, this.#adapter);
    this.#buffers.free();
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
    this.#buffers.ringDoorbells();
  }

  /** Takes the device's completions: indicates frames, and hands signalling PDUs on in their place. Called from the DPC. */
  receive(): void {
    const completions = this.#completions;
    const words = this.#words;
    const from = completions.next;
    for (;;) {
      const at = completions.firstWord + completions.next * COMPLETION_WORDS;
      const control = words[at + RXC.length.word];
      if (((control >>> RXC.phase.lsb) & 1) !== completions.phase) break;
      const cookie = words[at + RXC.cookie.word];
      const vcIndex = words[at + RXC.vcIndex.word] & VC_MASK;
      const connection = this.#connections[vcIndex] ?? null;
      // The sign is the bit that ends a frame.
      if (control < 0 && this.#firstPiece === NO_PIECE && connection !== null && this.#takesData(connection)) {
        if (this.#receiveRun(connection, vcIndex)) continue;
      }
      completions.advance();
      this.#piece(cookie, control & LENGTH_MASK);
      if (control < 0) this.#frame(connection);
    }
    if (completions.next === from) return;
    this.#hardware.write(REGISTERS.RCHEAD, completions.next);
    this.#indicate();
  }

  /** Whether frames of a connection go up to a client now. */
  #takesData(connection: Connection): boolean {
    return connection.receiving && !this.paused && connection.ndisVcHandle !== null && connection !== this.#signalling;
  }

  /**
   * The hot path: consecutive frames of one buffer each for one connection that takes data; as many as one indication has room for.
   * @returns whether it took any.
   */
  #receiveRun(connection: Connection, vcIndex: number): boolean {
    const completions = this.#completions;
    const words = this.#words;
    const { lists, mdls } = this.#buffers;
    const { ndisVcHandle } = connection;
    const { firstWord, mask } = completions;
    const firstLarge = this.#buffers.large.firstCookie;
    let { next, phase } = completions;
    const { arrivals } = connection;
    if (arrivals.isEmpty) this.#touched[this.#touchedCount++] = connection;
    let { last, count } = arrivals;
    let small = 0;
    let large = 0;
    while (count < RUN_LIMIT) {
      const at = firstWord + next * COMPLETION_WORDS;
      const control = words[at + RXC.length.word];
      if (((control >>> RXC.phase.lsb) & 1) !== phase || control >= 0) break;
      if ((words[at + RXC.vcIndex.word] & VC_MASK) !== vcIndex) break;
      const cookie = words[at + RXC.cookie.word];
      const list: NET_BUFFER_LIST = lists[cookie];
      const buffer = list.FirstNetBuffer;
      if (buffer === null) break;
      const length = control & LENGTH_MASK;
      mdls[cookie].ByteCount = length;
      buffer.DataLength = length;
      // A store of a reference costs more than a look whether it is there already.
      if (list.SourceHandle !== ndisVcHandle) list.SourceHandle = ndisVcHandle;
      if (list.MiniportReserved[1] !== connection) list.MiniportReserved[1] = connection;
      list.Next = null;
      if (last === null) arrivals.first = list;
      else last.Next = list;
      last = list;
      count++;
      if (cookie < firstLarge) small++;
      else large++;
      next = (next + 1) & mask;
      if (next === 0) phase ^= 1;
    }
    completions.next = next;
    completions.phase = phase;
    this.#buffers.small.withDevice -= small;
    this.#buffers.large.withDevice -= large;
    arrivals.last = last;
    arrivals.count = count;
    if (count === RUN_LIMIT) this.#indicate();
    return small + large > 0;
  }

  /** MiniportReturnNetBufferLists: buffers go back to the device. */
  giveBack(lists: NET_BUFFER_LIST): void {
    let connection = lists.MiniportReserved[1] as Connection;
    let count = 0;
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; ) {
      const next: NET_BUFFER_LIST | null = list.Next;
      const reserved = list.MiniportReserved;
      if (reserved[1] !== connection) {
        this.#countReturned(connection, count);
        connection = reserved[1] as Connection;
        count = 0;
      }
      count++;
      this.#buffers.recycle(reserved[0] as number);
      list = next;
    }
    this.#countReturned(connection, count);
    if (!this.#batching) this.#buffers.ringDoorbells();
  }

  #countReturned(connection: Connection, count: number): void {
    this.#held -= count;
    connection.receivesOutstanding -= count;
    if (connection.receivesOutstanding === 0 && !connection.receiving) this.#returned(connection);
  }

  #piece(cookie: number, length: number): void {
    this.#buffers.mdls[cookie].ByteCount = length;
    this.#buffers.poolOf(cookie).withDevice--;
    if (this.#firstPiece === NO_PIECE) {
      this.#firstPiece = cookie;
      this.#frameBytes = length;
    } else {
      this.#buffers.nextPiece[this.#lastPiece] = cookie;
      this.#buffers.mdls[this.#lastPiece].Next = this.#buffers.mdls[cookie];
      this.#frameBytes += length;
    }
    this.#lastPiece = cookie;
  }

  #frame(connection: Connection | null): void {
    const first = this.#firstPiece;
    this.#firstPiece = NO_PIECE;
    if (connection === null) {
      this.#buffers.recycle(first);
    } else if (connection === this.#signalling) {
      // What came before a signalling message goes up before it takes effect.
      this.#indicate();
      const list = this.#buffers.lists[first];
      const address = list.FirstNetBuffer?.CurrentMdl?.MappedSystemVa ?? 0;
      if (first === this.#lastPiece) this.#sink(this.#bytes, address, this.#frameBytes);
      this.#buffers.recycle(first);
    } else if (!this.#takesData(connection)) {
      connection.framesDropped++;
      this.#buffers.recycle(first);
    } else {
      this.#gather(connection, first);
    }
  }

  #gather(connection: Connection, cookie: number): void {
    const list = this.#buffers.lists[cookie];
    const buffer = list.FirstNetBuffer;
    if (buffer === null) return;
    buffer.DataLength = this.#frameBytes;
    list.SourceHandle = connection.ndisVcHandle;
    list.MiniportReserved[1] = connection;
    list.Next = null;
    if (connection.arrivals.isEmpty) this.#touched[this.#touchedCount++] = connection;
    connection.arrivals.append(list);
    if (connection.arrivals.count === RUN_LIMIT) this.#indicate();
  }

  #indicate(): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      const connection = this.#touched[i];
      const { first: lists, count } = connection.arrivals;
      connection.arrivals.clear();
      if (lists === null || connection.ndisVcHandle === null) continue;
      if (this.#buffers.isScarce(lists.MiniportReserved[0] as number)) {
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

  #recycleAll(lists: NET_BUFFER_LIST): void {
    for (let list: NET_BUFFER_LIST | null = lists; list !== null; ) {
      const next: NET_BUFFER_LIST | null = list.Next;
      this.#buffers.recycle(list.MiniportReserved[0] as number);
      list = next;
    }
  }
}
