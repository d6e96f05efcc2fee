import type { BusSlot } from "../../machine/bus.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import { resolveAdapter } from "../adapter/adapter.ts";
import type { NdisMHardwareFunctions } from "../ddi/functions/device.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCE_CONFLICT, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { PVOID } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { DriverHoldings, Holding } from "../executive/holdings.ts";
import { hex } from "../executive/pool.ts";
import { checkRelease, claimingAdapter, isInitializing } from "./claim.ts";

/** Access to mapped registers; macros in C (ndis.h). */
export interface NdisRegisterAccessFunctions {
  NdisReadRegisterUlong(Register: PVOID): number;
  NdisWriteRegisterUlong(Register: PVOID, Data: number): void;
}

/** A part of a register window that a driver has mapped. Virtual addresses of registers are their physical addresses. */
class RegisterMapping implements Holding {
  readonly leftRule = "MEM-11";
  readonly adapter: MiniportAdapter;
  readonly slot: BusSlot;
  /** Where the slot's register window begins. */
  readonly windowStart: number;
  readonly start: number;
  readonly end: number;

  constructor(adapter: MiniportAdapter, start: number, length: number) {
    this.adapter = adapter;
    this.slot = adapter.slot;
    this.windowStart = adapter.slot.registerBase;
    this.start = start;
    this.end = start + length;
  }

  get traceName(): string {
    return `registers ${hex(this.start)} to ${hex(this.end - 1)}`;
  }
}

const REGISTER_BYTES = 4;

function isAligned(address: PVOID): boolean {
  return (address & (REGISTER_BYTES - 1)) === 0 && Math.floor(address) === address;
}

/** The mappings of one driver. Almost every access hits the mapping of the one before. */
class RegisterMappings {
  readonly #all: RegisterMapping[] = [];
  #last: RegisterMapping | null = null;

  add(mapping: RegisterMapping): void {
    this.#all.push(mapping);
    this.#last = mapping;
  }

  remove(mapping: RegisterMapping): void {
    this.#all.splice(this.#all.indexOf(mapping), 1);
    if (this.#last === mapping) this.#last = null;
  }

  exactly(adapter: MiniportAdapter, start: number, length: number): RegisterMapping | undefined {
    return this.#all.find(
      (mapping) => mapping.adapter === adapter && mapping.start === start && mapping.end === start + length,
    );
  }

  /** The mapping that holds the aligned register at `address`, or null. */
  holding(address: PVOID): RegisterMapping | null {
    const last = this.#last;
    if (typeof address !== "number") return null;
    if (last !== null && address >= last.start && address + REGISTER_BYTES <= last.end && isAligned(address))
      return last;
    if (!isAligned(address)) return null;
    for (const mapping of this.#all) {
      if (address >= mapping.start && address + REGISTER_BYTES <= mapping.end) {
        this.#last = mapping;
        return mapping;
      }
    }
    return null;
  }
}

type RegisterSpaceFunctions = NdisRegisterAccessFunctions &
  Pick<
    NdisMHardwareFunctions,
    "NdisMMapIoSpace" | "NdisMUnmapIoSpace" | "NdisMRegisterIoPortRange" | "NdisMDeregisterIoPortRange"
  >;

/** Register space of a miniport (rule MEM-11). The devices of this bus have no I/O ports. */
export function registerSpaceFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings,
): RegisterSpaceFunctions {
  const { live } = environment;
  const mappings = new RegisterMappings();
  const mappingOf = (address: PVOID): RegisterMapping | null => {
    const mapping = mappings.holding(address);
    if (mapping === null)
      environment.misuse("MEM-11", owner, `${hex(address)} is not the address of a mapped register`);
    return mapping;
  };
  return {
    NdisMMapIoSpace(VirtualAddress, MiniportAdapterHandle, PhysicalAddress, Length) {
      const adapter = claimingAdapter(environment, owner, MiniportAdapterHandle, "NdisMMapIoSpace");
      if (adapter === null || !isInitializing(environment, owner, adapter, "MEM-11", "NdisMMapIoSpace"))
        return NDIS_STATUS_FAILURE;
      const offset = PhysicalAddress - adapter.slot.registerBase;
      const windowBytes = adapter.slot.device?.identity.registerBytes ?? 0;
      if (offset < 0 || Length <= 0 || offset + Length > windowBytes) return NDIS_STATUS_RESOURCE_CONFLICT;
      const mapping = new RegisterMapping(adapter, PhysicalAddress, Length);
      mappings.add(mapping);
      holdings.take(mapping);
      live.registerMappings++;
      VirtualAddress.Value = PhysicalAddress;
      return NDIS_STATUS_SUCCESS;
    },
    NdisMUnmapIoSpace(MiniportAdapterHandle, VirtualAddress, Length) {
      const adapter = resolveAdapter(environment, MiniportAdapterHandle, owner);
      if (adapter === null) return;
      const mapping = mappings.exactly(adapter, VirtualAddress, Length);
      if (mapping === undefined) {
        environment.misuse(
          "MEM-11",
          owner,
          `${Length} bytes at ${hex(VirtualAddress)} are not mapped, or not as one range`,
        );
        return;
      }
      checkRelease(environment, owner, adapter, "NdisMUnmapIoSpace");
      mappings.remove(mapping);
      holdings.giveBack(mapping);
      live.registerMappings--;
    },
    NdisMRegisterIoPortRange(_PortOffset, MiniportAdapterHandle) {
      const adapter = claimingAdapter(environment, owner, MiniportAdapterHandle, "NdisMRegisterIoPortRange");
      return adapter === null ? NDIS_STATUS_FAILURE : NDIS_STATUS_RESOURCE_CONFLICT;
    },
    NdisMDeregisterIoPortRange(_MiniportAdapterHandle, InitialPort, NumberOfPorts) {
      environment.misuse(
        "NdisMRegisterIoPortRange",
        owner,
        `${NumberOfPorts} ports from ${hex(InitialPort)} are not registered`,
      );
    },
    NdisReadRegisterUlong(Register) {
      const mapping = mappingOf(Register);
      return mapping === null ? 0xffff_ffff : mapping.slot.read32(Register - mapping.windowStart);
    },
    NdisWriteRegisterUlong(Register, Data) {
      const mapping = mappingOf(Register);
      if (typeof Data !== "number") environment.misuse("NullCheck", owner, "Data of a register write is no ULONG");
      else if (mapping !== null) mapping.slot.write32(Register - mapping.windowStart, Data);
    },
  };
}
