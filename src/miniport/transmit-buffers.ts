import { LONGEST_PDU_BYTES } from "../call-manager/signalling-host.ts";
import { TRANSMIT_COMPLETION, TRANSMIT_DESCRIPTOR } from "../device/datasheet/index.ts";
import type { MiniportAdapterHandle } from "../ndis/index.ts";
import type { MiniportLibrary } from "./library.ts";
import type { SharedRing } from "./shared-ring.ts";
import { allocateRing, allocateShared } from "./shared-ring.ts";

/** Signalling PDUs that are no short frames are copied into buffers of their own. */
const SIGNALLING_BUFFER_BYTES = LONGEST_PDU_BYTES;
const SIGNALLING_BUFFERS = 64;
/** Frames and signalling PDUs up to this are copied into the descriptor's own buffer: mapping their memory would cost more. */
export const COPY_BREAK_BYTES = 256;
/** An odd number of cache lines from one to the next. */
const COPY_STRIDE_BYTES = COPY_BREAK_BYTES + 64;

/** The driver's own transmit memory: buffers for long signalling PDUs, and one for a short frame or PDU per ring entry. */
export class TransmitBuffers {
  readonly #address: number;
  readonly #ringEntries: number;
  readonly #free: number[] = [];

  private constructor(address: number, ringEntries: number) {
    this.#address = address;
    this.#ringEntries = ringEntries;
    for (let i = SIGNALLING_BUFFERS - 1; i >= 0; i--) this.#free.push(address + i * SIGNALLING_BUFFER_BYTES);
  }

  static create(ndis: MiniportLibrary, adapter: MiniportAdapterHandle, ringEntries: number): TransmitBuffers | null {
    const address = allocateShared(ndis, adapter, byteLength(ringEntries));
    return address === 0 ? null : new TransmitBuffers(address, ringEntries);
  }

  release(ndis: MiniportLibrary, adapter: MiniportAdapterHandle): void {
    ndis.NdisMFreeSharedMemory(adapter, byteLength(this.#ringEntries), true, this.#address, this.#address);
  }

  /** Address of a free signalling buffer, or 0. */
  takeSignalling(): number {
    return this.#free.pop() ?? 0;
  }

  giveSignalling(address: number): void {
    this.#free.push(address);
  }

  /** Address of the buffer for a short frame at a ring entry. */
  copyAddress(entry: number): number {
    return this.#address + SIGNALLING_BUFFERS * SIGNALLING_BUFFER_BYTES + entry * COPY_STRIDE_BYTES;
  }
}

function byteLength(ringEntries: number): number {
  return SIGNALLING_BUFFERS * SIGNALLING_BUFFER_BYTES + ringEntries * COPY_STRIDE_BYTES;
}

/** What the transmit side has in shared memory. */
export interface TransmitMemory {
  readonly ring: SharedRing;
  readonly completions: SharedRing;
  readonly buffers: TransmitBuffers;
}

/** Null when there is no memory for all of them. */
export function allocateTransmitMemory(
  ndis: MiniportLibrary,
  adapter: MiniportAdapterHandle,
  size: number,
): TransmitMemory | null {
  const ring = allocateRing(ndis, adapter, size, TRANSMIT_DESCRIPTOR.bytes);
  const completions = ring === null ? null : allocateRing(ndis, adapter, size, TRANSMIT_COMPLETION.bytes);
  const buffers = completions === null ? null : TransmitBuffers.create(ndis, adapter, size);
  if (ring !== null && completions !== null && buffers !== null) return { ring, completions, buffers };
  completions?.free(ndis, adapter);
  ring?.free(ndis, adapter);
  return null;
}
