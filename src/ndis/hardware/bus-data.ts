import type { BusSlot } from "../../machine/bus.ts";
import { resolveAdapter } from "../adapter/adapter.ts";
import type { NdisMFunctions } from "../ddi/functions/miniport.ts";
import type { NdisEnvironment } from "../environment.ts";

/** WhichSpace of NdisMGetBusData and NdisMSetBusData (wdm.h). */
export const PCI_WHICHSPACE_CONFIG = 0;

/** The header of PCI configuration space, type 0 (PCI 3.0 section 6.1): offset, bytes, and whether a write stays. */
export const PCI_HEADER = {
  bytes: 64,
  fields: {
    VendorID: { offset: 0x00, bytes: 2, writable: false },
    DeviceID: { offset: 0x02, bytes: 2, writable: false },
    Command: { offset: 0x04, bytes: 2, writable: true },
    RevisionID: { offset: 0x08, bytes: 1, writable: false },
    ClassCode: { offset: 0x09, bytes: 3, writable: false },
    CacheLineSize: { offset: 0x0c, bytes: 1, writable: true },
    LatencyTimer: { offset: 0x0d, bytes: 1, writable: true },
    BaseAddress0: { offset: 0x10, bytes: 4, writable: false },
    SubsystemVendorID: { offset: 0x2c, bytes: 2, writable: false },
    SubsystemID: { offset: 0x2e, bytes: 2, writable: false },
    InterruptLine: { offset: 0x3c, bytes: 1, writable: true },
    InterruptPin: { offset: 0x3d, bytes: 1, writable: false },
  },
} as const;

type HeaderField = (typeof PCI_HEADER.fields)[keyof typeof PCI_HEADER.fields];

/** Memory space and bus mastering are enabled (PCI 3.0 section 6.2.2), as firmware leaves them. */
const COMMAND_AFTER_START = 0x0006;
const INTERRUPT_PIN_A = 1;

/** Configuration space of a slot as its driver finds it at first. */
function headerOf(slot: BusSlot): Uint8Array {
  const header = new Uint8Array(PCI_HEADER.bytes);
  const { device } = slot;
  if (device === null) return header.fill(0xff);
  const { fields } = PCI_HEADER;
  const put = (field: HeaderField, value: number): void => {
    for (let i = 0; i < field.bytes; i++) header[field.offset + i] = value >>> (8 * i);
  };
  put(fields.VendorID, device.identity.vendorId);
  put(fields.DeviceID, device.identity.deviceId);
  put(fields.Command, COMMAND_AFTER_START);
  put(fields.RevisionID, device.identity.revision);
  put(fields.ClassCode, device.identity.classCode);
  put(fields.BaseAddress0, slot.registerBase);
  put(fields.SubsystemVendorID, device.identity.vendorId);
  put(fields.SubsystemID, device.identity.deviceId);
  put(fields.InterruptPin, INTERRUPT_PIN_A);
  return header;
}

/** Which bytes of the header keep what is written to them. */
function writableBytes(): Uint8Array {
  const writable = new Uint8Array(PCI_HEADER.bytes);
  for (const field of Object.values(PCI_HEADER.fields)) {
    if (field.writable) writable.fill(1, field.offset, field.offset + field.bytes);
  }
  return writable;
}

function isBuffer(buffer: unknown, length: unknown): boolean {
  return buffer instanceof Uint8Array && typeof length === "number";
}

/** NdisMGetBusData and NdisMSetBusData: the first 64 bytes of PCI configuration space. Both return the number of bytes that were there. */
export function busDataFunctions(
  environment: NdisEnvironment,
  owner: string,
): Pick<NdisMFunctions, "NdisMGetBusData" | "NdisMSetBusData"> {
  const headers = new Map<BusSlot, Uint8Array>();
  const writable = writableBytes();
  const headerFor = (slot: BusSlot): Uint8Array => {
    let header = headers.get(slot);
    if (header === undefined) {
      header = headerOf(slot);
      headers.set(slot, header);
    }
    return header;
  };
  const reach = (space: number, offset: number, buffer: Uint8Array, length: number): number =>
    space === PCI_WHICHSPACE_CONFIG && Number.isInteger(offset) && offset >= 0 && isBuffer(buffer, length)
      ? Math.max(0, Math.min(length, buffer.length, PCI_HEADER.bytes - offset))
      : 0;
  return {
    NdisMGetBusData(NdisMiniportHandle, WhichSpace, Offset, Buffer, Length) {
      const adapter = resolveAdapter(environment, NdisMiniportHandle, owner);
      if (adapter === null) return 0;
      const header = headerFor(adapter.slot);
      const count = reach(WhichSpace, Offset, Buffer, Length);
      for (let i = 0; i < count; i++) Buffer[i] = header[Offset + i];
      return count;
    },
    NdisMSetBusData(NdisMiniportHandle, WhichSpace, Offset, Buffer, Length) {
      const adapter = resolveAdapter(environment, NdisMiniportHandle, owner);
      if (adapter === null) return 0;
      const header = headerFor(adapter.slot);
      const count = reach(WhichSpace, Offset, Buffer, Length);
      for (let i = 0; i < count; i++) {
        if (writable[Offset + i] === 1) header[Offset + i] = Buffer[i];
      }
      return count;
    },
  };
}
