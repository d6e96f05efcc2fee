import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { DdiRole } from "../ddi/catalog.ts";
import type { NDIS_CONTEXT } from "../ddi/handles.ts";
import type {
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
} from "../ddi/structures/driver-characteristics.ts";
import type {
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_MINIPORT_PNP_CHARACTERISTICS,
  NDIS_MINIPORT_SS_CHARACTERISTICS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS,
} from "../ddi/structures/optional-handlers.ts";
import type { DRIVER_OBJECT } from "../ddi/structures/system.ts";
import type { DriverHoldings } from "../executive/holdings.ts";

/** A handler structure whose every handler is there. */
export type Complete<T> = { readonly [Member in keyof T]: NonNullable<T[Member]> };

export type CallManagerHandlers = Complete<NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS>;
export type ClientHandlers = Complete<NDIS_CO_CLIENT_OPTIONAL_HANDLERS>;
export type ProtocolCoHandlers = Complete<NDIS_PROTOCOL_CO_CHARACTERISTICS>;

/**
 * The tables of entry points that a driver set with NdisSetOptionalHandlers. A table that is set again is filled anew in place, so that
 * whoever holds it calls the new entry points from then on (REG-33).
 */
export interface ProtocolTables {
  co: ProtocolCoHandlers | null;
  client: ClientHandlers | null;
  callManager: CallManagerHandlers | null;
  sharedMemoryProvider: NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS | null;
}

/** A registered miniport driver. With call-manager handlers it is an MCM. */
export class MiniportDriver {
  readonly traceName: string;
  readonly name: string;
  readonly driverObject: DRIVER_OBJECT;
  readonly context: NDIS_CONTEXT;
  readonly characteristics: NDIS_MINIPORT_DRIVER_CHARACTERISTICS;
  readonly adapters: MiniportAdapter[] = [];
  registered = true;
  /** MiniportSetOptions is running: the only time when the driver handle sets handlers. */
  settingOptions = false;
  co: NDIS_MINIPORT_CO_CHARACTERISTICS | null = null;
  callManager: CallManagerHandlers | null = null;
  pnp: NDIS_MINIPORT_PNP_CHARACTERISTICS | null = null;
  /** Kept and never called: nothing here ever idles. */
  selectiveSuspend: NDIS_MINIPORT_SS_CHARACTERISTICS | null = null;
  /** Kept and never called: NDIS allocates no shared memory on a driver's behalf here. */
  sharedMemoryProvider: NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS | null = null;
  /** The routines behind the two OID handlers of an MCM, as the driver gave them (REG-16). */
  coOidRoutine: object | null = null;
  cmOidRoutine: object | null = null;

  constructor(
    name: string,
    driverObject: DRIVER_OBJECT,
    context: NDIS_CONTEXT,
    characteristics: NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  ) {
    this.name = name;
    this.traceName = name;
    this.driverObject = driverObject;
    this.context = context;
    this.characteristics = characteristics;
  }
}

/** A registered protocol driver: a client, or a stand-alone call manager. */
export class ProtocolDriver implements ProtocolTables {
  readonly traceName: string;
  readonly name: string;
  readonly context: NDIS_CONTEXT;
  readonly characteristics: NDIS_PROTOCOL_DRIVER_CHARACTERISTICS;
  registered = true;
  /** ProtocolSetOptions is running: the only time when the driver handle sets handlers. */
  settingOptions = false;
  /** NdisDeregisterProtocolDriver is under way. */
  deregistering = false;
  co: ProtocolCoHandlers | null = null;
  client: ClientHandlers | null = null;
  callManager: CallManagerHandlers | null = null;
  sharedMemoryProvider: NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS | null = null;

  constructor(name: string, context: NDIS_CONTEXT, characteristics: NDIS_PROTOCOL_DRIVER_CHARACTERISTICS) {
    this.name = name;
    this.traceName = name;
    this.context = context;
    this.characteristics = characteristics;
  }
}

/** What the loader knows of a driver that it has in memory. */
export interface LoadedImage {
  readonly name: string;
  readonly roles: readonly DdiRole[];
  /** Whether DriverEntry or DriverUnload is running: what may deregister depends on it (REG-30, REG-31). */
  phase: "entry" | "loaded" | "unloading";
  readonly driverObject: DRIVER_OBJECT;
  /** What the driver holds of NDIS, for leak checks at halt and unload. */
  readonly holdings: DriverHoldings;
  /** The functions that it was bound to, in which NdisGetRoutineAddress looks names up. */
  library: object;
  miniport: MiniportDriver | null;
  protocol: ProtocolDriver | null;
}
