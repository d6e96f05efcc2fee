import type { MemoryAllocator } from "../../machine/memory.ts";
import type { NDIS_OID_REQUEST } from "../ddi/structures/oid-request.ts";

/** Where an information buffer lies, and whose it is. */
interface Lent {
  readonly issuer: string;
  readonly start: number;
  readonly end: number;
}

/** For the verifier: information buffers in the machine's memory whose OID requests are on their way (OID-18). */
export class InformationMemory {
  readonly #lent = new Map<NDIS_OID_REQUEST, Lent>();

  /** @returns false when the buffer is in memory that nobody has allocated. */
  lend(request: NDIS_OID_REQUEST, issuer: string, buffer: Uint8Array, memory: MemoryAllocator): boolean {
    if (buffer.buffer !== memory.window.world.bytes.buffer || buffer.length === 0) return true;
    const { byteOffset: start, length } = buffer;
    this.#lent.set(request, { issuer, start, end: start + length });
    return memory.holds(start, length);
  }

  takeBack(request: NDIS_OID_REQUEST): void {
    this.#lent.delete(request);
  }

  /** Whose information buffer has bytes in that range; null when none has. */
  issuerAt(address: number, length: number): string | null {
    for (const { issuer, start, end } of this.#lent.values())
      if (address < end && start < address + length) return issuer;
    return null;
  }
}
