/**
 * What a client sends on a VC: SDUs one after the other, each with its distance in time from the one before. The caller looks at the
 * packet at hand as often as it likes (a full ring may make it wait), takes it, and steps on; nothing is allocated on the way.
 */
export interface PacketSource {
  /** Bytes of the SDU at hand; -1 when there is none left. */
  readonly sduLength: number;
  /** Virtual nanoseconds from the packet before (from the start, for the first). 0 = with it, in one batch or as soon as there is room. */
  readonly gapNs: number;
  /** Packets in all. */
  readonly count: number;
  /** Bytes of the longest SDU. */
  readonly longestSdu: number;
  /** Writes the SDU at hand, `sduLength` bytes, at `offset`. */
  write(bytes: Uint8Array, offset: number): void;
  /** Steps on to the next packet. */
  advance(): void;
}
