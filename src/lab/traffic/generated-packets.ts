import type { Arrivals } from "./arrivals.ts";
import type { PacketSource } from "./packet-source.ts";
import { UdpPacketTemplate } from "./udp-packet.ts";

/** The simple Internet mix, 7 : 4 : 1, spread over a cycle of 12 so that every dozen packets has the whole mix. */
export const IMIX_SDU_BYTES: readonly number[] = [64, 594, 64, 64, 594, 64, 1518, 64, 594, 64, 594, 64];

/** Generated UDP packets whose sizes go round a cycle. */
export class GeneratedPackets implements PacketSource {
  readonly count: number;
  readonly longestSdu: number;
  sduLength: number;
  gapNs: number;

  readonly #cycle: readonly UdpPacketTemplate[];
  readonly #arrivals: Arrivals;
  #sequence = 0;
  #turn = 0;

  /**
   * @param sduBytes the sizes to go round, for example one size, or {@link IMIX_SDU_BYTES}.
   * @param count how many packets.
   * @param flow written into every packet, 32 bits.
   */
  constructor(sduBytes: readonly number[], count: number, flow: number, arrivals: Arrivals) {
    const templates = new Map(sduBytes.map((size) => [size, new UdpPacketTemplate(size, flow)]));
    this.#cycle = sduBytes.flatMap((size) => templates.get(size) ?? []);
    this.#arrivals = arrivals;
    this.count = count;
    this.longestSdu = Math.max(...sduBytes);
    this.sduLength = count > 0 ? this.#cycle[0].sduLength : -1;
    this.gapNs = count > 0 ? arrivals.nextGapNs() : 0;
  }

  write(bytes: Uint8Array, offset: number): void {
    this.#cycle[this.#turn].write(bytes, offset, this.#sequence);
  }

  advance(): void {
    if (this.sduLength < 0) return;
    this.#sequence++;
    this.#turn = this.#turn + 1 === this.#cycle.length ? 0 : this.#turn + 1;
    const more = this.#sequence < this.count;
    this.sduLength = more ? this.#cycle[this.#turn].sduLength : -1;
    this.gapNs = more ? this.#arrivals.nextGapNs() : 0;
  }
}
