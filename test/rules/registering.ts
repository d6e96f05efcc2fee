import type { Blocking, Chooser } from "../../src/machine/index.ts";
import type {
  DriverImage,
  MiniportCallManagerLibrary,
  NDIS_DRIVER_OPTIONAL_HANDLERS,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisDriverHandle,
} from "../../src/ndis/index.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import { Core } from "../ndis/core-harness.ts";

/*
 * Drivers in the act of registering, for the rule cases about it.
 */

type Routine = (...parameters: unknown[]) => unknown;

/** A function of a driver's library by name, also one that the types of its role do not have. */
export function anyFunction(library: object, name: string): Routine {
  const found: unknown = (library as Record<string, unknown>)[name];
  if (typeof found !== "function") throw new Error(`the library has no ${name}`);
  return found as Routine;
}

/** Lets the n-th memory allocation from now on fail, counted from 0; -1 for none. */
export class AllocationFailure implements Chooser {
  countdown = -1;

  choose(point: string): number {
    if (point !== "memory-allocation" || this.countdown < 0) return 0;
    return this.countdown-- === 0 ? 1 : 0;
  }
}

export type SetOptions = (core: Core, handle: NdisDriverHandle) => NDIS_STATUS_FINAL;

/** What a call of NdisSetOptionalHandlers in MiniportSetOptions of an MCM returns. */
export function fromMiniport(set: SetOptions, core = new Core()): NDIS_STATUS {
  let status: NDIS_STATUS = NDIS_STATUS_FAILURE;
  core.mcm.setOptions = (handle) => {
    status = set(core, handle);
    return NDIS_STATUS_SUCCESS;
  };
  core.run(core.ndis.loadMiniportCallManager(core.mcm.image));
  return status;
}

/** The same in ProtocolSetOptions of a client. */
export function fromProtocol(set: SetOptions, core = new Core()): NDIS_STATUS {
  let status: NDIS_STATUS = NDIS_STATUS_FAILURE;
  core.client.setOptions = (handle) => {
    status = set(core, handle);
    return NDIS_STATUS_SUCCESS;
  };
  core.run(core.ndis.loadClient(core.client.image));
  return status;
}

/** A structure of which only the type matters. */
export function headerOnly(Type: number): NDIS_DRIVER_OPTIONAL_HANDLERS {
  return { Header: { Type, Revision: 1, Size: 256 } };
}

/** A structure, built by the fake MCM, passed as it is. */
export function mcmSets(structure: (core: Core) => NDIS_DRIVER_OPTIONAL_HANDLERS): SetOptions {
  return (core, handle) => core.mcm.ndis.NdisSetOptionalHandlers(handle, structure(core));
}

export function clientSets(structure: (core: Core) => NDIS_DRIVER_OPTIONAL_HANDLERS): SetOptions {
  return (core, handle) => core.client.ndis.NdisSetOptionalHandlers(handle, structure(core));
}

/** An MCM that does more in its DriverEntry. @param after what DriverEntry returns, made from the status of the registration. */
export function mcmWithEntry(
  core: Core,
  after: (ndis: MiniportCallManagerLibrary, status: NDIS_STATUS) => NDIS_STATUS,
): DriverImage<MiniportCallManagerLibrary> {
  const entry = core.mcm.image.DriverEntry;
  return {
    name: "mcm",
    DriverEntry: (driverObject, path, ndis) => after(ndis, entry(driverObject, path, ndis) as NDIS_STATUS),
  };
}

/** Runs `body` from a system thread, when the caller has returned. */
export function later(core: Core, body: () => void): void {
  // biome-ignore lint/correctness/useYield: a thread body that never blocks
  function* once(): Blocking<void> {
    body();
  }
  core.machine.processor.startThread("later", once());
}

/** Gives the machine a second NIC and starts it. */
export function startSecondDevice(core: Core): NDIS_STATUS {
  const slot = core.machine.addSlot("nic1");
  slot.device = core.slot.device;
  return core.run(core.ndis.startDevice(slot, core.mcm.name, new Map()));
}
