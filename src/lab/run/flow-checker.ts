import type { NET_BUFFER_LIST } from "../../ndis/index.ts";
import type { PacketSource } from "../traffic/packet-source.ts";

/** How much may be looked through for a frame that is not the next one, and how much may come late: bytes of packets. */
const SEARCH_BYTES = 16 * 2 ** 20;

/** Checks what arrives on one direction of a call against what was sent: every byte, in order. */
export class FlowChecker {
  readonly #memory: Uint8Array;
  readonly #expected: PacketSource;
  readonly #wanted: Uint8Array;
  readonly #previous: Uint8Array;
  #previousLength = -1;
  /** Packets behind the next one that were taken from the source already, and those that others have overtaken. */
  readonly #ahead = new PacketQueue();
  readonly #overtaken = new PacketQueue();
  delivered = 0;
  bytesDelivered = 0;
  /** Frames that came after one that was sent later. */
  outOfOrder = 0;
  /** Frames that came once more. */
  repeated = 0;
  /** Frames that fit none of those still expected. */
  unexpected = 0;

  /** @param expected a source of its own that gives the same packets as the sender's. */
  constructor(memory: Uint8Array, expected: PacketSource) {
    this.#memory = memory;
    this.#expected = expected;
    this.#wanted = new Uint8Array(expected.longestSdu);
    this.#previous = new Uint8Array(expected.longestSdu);
  }

  /** Frames still to come; those that are lost never will. */
  get missing(): number {
    return this.#expected.count - this.delivered;
  }

  receive(list: NET_BUFFER_LIST): void {
    const length = list.FirstNetBuffer?.DataLength ?? -1;
    const isNext = this.#ahead.length === 0 && this.#expected.sduLength === length;
    if (isNext) {
      this.#expected.write(this.#wanted, 0);
      if (this.#matches(list, this.#wanted, length)) {
        this.#expected.advance();
        this.#deliver(this.#wanted, length);
        return;
      }
    }
    this.#search(list, length);
  }

  /** Something was lost, repeated, held up or changed on the way. */
  #search(list: NET_BUFFER_LIST, length: number): void {
    if (this.#matches(list, this.#previous, this.#previousLength)) {
      this.repeated++;
      return;
    }
    const late = this.#overtaken.find((packet) => this.#matches(list, packet, packet.length));
    if (late >= 0) {
      this.#deliver(this.#overtaken.take(late), length);
      this.outOfOrder++;
      return;
    }
    let place = this.#ahead.find((packet) => this.#matches(list, packet, packet.length));
    while (place < 0 && this.#expected.sduLength >= 0 && this.#ahead.byteLength < SEARCH_BYTES) {
      const packet = new Uint8Array(this.#expected.sduLength);
      this.#expected.write(packet, 0);
      this.#expected.advance();
      this.#ahead.add(packet);
      if (this.#matches(list, packet, packet.length)) place = this.#ahead.length - 1;
    }
    if (place < 0) {
      this.unexpected++;
      return;
    }
    for (let i = 0; i < place; i++) this.#overtaken.add(this.#ahead.take(0));
    while (this.#overtaken.byteLength > SEARCH_BYTES) this.#overtaken.take(0);
    this.#deliver(this.#ahead.take(0), length);
  }

  #deliver(packet: Uint8Array, length: number): void {
    this.delivered++;
    this.bytesDelivered += length;
    this.#previous.set(packet.length === length ? packet : packet.subarray(0, length));
    this.#previousLength = length;
  }

  #matches(list: NET_BUFFER_LIST, wanted: Uint8Array, length: number): boolean {
    const buffer = list.FirstNetBuffer;
    if (buffer === null || buffer.DataLength !== length) return false;
    let at = 0;
    let offset = buffer.CurrentMdlOffset;
    for (let mdl = buffer.CurrentMdl; mdl !== null && at < length; mdl = mdl.Next) {
      const end = Math.min(mdl.ByteCount, offset + length - at);
      for (let i = offset; i < end; i++) {
        if (this.#memory[mdl.MappedSystemVa + i] !== wanted[at++]) return false;
      }
      offset = 0;
    }
    return at === length;
  }
}

/** Packets in order, the oldest first. */
class PacketQueue {
  readonly #packets: Uint8Array[] = [];
  byteLength = 0;

  get length(): number {
    return this.#packets.length;
  }

  add(packet: Uint8Array): void {
    this.#packets.push(packet);
    this.byteLength += packet.length;
  }

  find(test: (packet: Uint8Array) => boolean): number {
    return this.#packets.findIndex(test);
  }

  /** Takes the packet at `place` out. */
  take(place: number): Uint8Array {
    const [packet] = this.#packets.splice(place, 1);
    this.byteLength -= packet.length;
    return packet;
  }
}
