import { CALLBACK_NAMES } from "../../src/ndis/driver/handler-names.ts";
import type {
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS as CallManagerHandlers,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS as ClientHandlers,
  ClientLibrary,
  NDIS_MINIPORT_CO_CHARACTERISTICS as CoMiniportHandlers,
  NDIS_PROTOCOL_CO_CHARACTERISTICS as CoProtocolHandlers,
  DRIVER_OBJECT,
  DriverImage,
  MiniportAdapterHandle,
  MiniportCallManagerLibrary,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS as MiniportHandlers,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisBindContextHandle,
  NdisBindingHandle,
  NdisDriverHandle,
  NdisMiniportDriverHandle,
  NdisProtocolDriverHandle,
  NdisVcHandle,
  NET_BUFFER_LIST,
  NetBufferListPoolHandle,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS as ProtocolHandlers,
} from "../../src/ndis/index.ts";
import {
  CO_ADDRESS_FAMILY,
  CO_ADDRESS_FAMILY_Q2931,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_MEDIUM,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_OPEN_PARAMETERS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_SUCCESS,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  OutParameter,
} from "../../src/ndis/index.ts";

import {
  fill,
  nothing,
  pending,
  QUIET_MINIPORT,
  QUIET_PROTOCOL,
  quietCallManager,
  quietCoProtocol,
  setAtmAttributes,
  setBoth,
  success,
} from "./quiet-handlers.ts";

/** What the fakes need of the core that they run in. */
export interface FakeHost {
  readonly machine: { readonly processor: { readonly irql: number } };
  /** Names of all callbacks of all drivers, in the order in which they ran. */
  readonly order: string[];
}

export interface Note {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly irql: number;
}

const TAG = 0x74736574;

/** Wraps every handler so that its call is noted, and so that a test can put another one in its place at any time. */
export function noted<T extends object>(core: FakeHost, log: Note[], handlers: T, on: Partial<T>): T {
  const wrapped: Record<string, unknown> = {};
  for (const [member, handler] of Object.entries(handlers)) {
    if (typeof handler !== "function") {
      wrapped[member] = handler;
      continue;
    }
    const name = CALLBACK_NAMES[member] ?? member;
    wrapped[member] = (...args: unknown[]): unknown => {
      const { irql } = core.machine.processor;
      log.push({ name, args, irql });
      core.order.push(name);
      const current = ((on as Record<string, unknown>)[member] ?? handler) as (...parameters: unknown[]) => unknown;
      return current(...args);
    };
  }
  return wrapped as T;
}

/** A driver whose callbacks are noted. */
export class Fake {
  readonly core: FakeHost;
  readonly log: Note[] = [];

  constructor(core: FakeHost) {
    this.core = core;
  }

  /** Arguments of every call of this callback, oldest first. */
  calls(name: string): (readonly unknown[])[] {
    return this.log.filter((note) => note.name === name).map(({ args }) => args);
  }

  /** Arguments of the latest call of this callback. */
  last(name: string): readonly unknown[] {
    const args = this.calls(name).at(-1);
    if (args === undefined) throw new Error(`${name} was not called`);
    return args;
  }
}

export interface FakeMcmHandlers {
  readonly cm: Partial<CallManagerHandlers>;
  readonly co: Partial<CoMiniportHandlers>;
  readonly miniport: Partial<MiniportHandlers>;
}

/** An MCM that does nothing but what a test tells it; without being told it accepts, and pends what takes time. */
export class FakeMcm extends Fake {
  readonly name = "mcm";
  readonly on: FakeMcmHandlers = { cm: {}, co: {}, miniport: {} };
  readonly context = { adapter: "mcm" };
  ndis!: MiniportCallManagerLibrary;
  driverHandle: NdisMiniportDriverHandle | null = null;
  handle!: MiniportAdapterHandle;
  /** What NdisMRegisterMiniportDriver is given; a test may change it before the driver is loaded. */
  characteristics = NDIS_MINIPORT_DRIVER_CHARACTERISTICS();
  /** What MiniportSetOptions does instead of registering both halves. */
  setOptions: ((handle: NdisDriverHandle) => NDIS_STATUS_FINAL) | null = null;
  registersAddressFamily = true;
  registrationStatus: NDIS_STATUS = NDIS_STATUS_SUCCESS;

  get image(): DriverImage<MiniportCallManagerLibrary> {
    return { name: this.name, DriverEntry: (driverObject, path, ndis) => this.#entry(driverObject, path, ndis) };
  }

  #entry(
    driverObject: Parameters<DriverImage<MiniportCallManagerLibrary>["DriverEntry"]>[0],
    path: string,
    ndis: MiniportCallManagerLibrary,
  ): NDIS_STATUS {
    this.ndis = ndis;
    const defaults = NDIS_MINIPORT_DRIVER_CHARACTERISTICS({
      ...this.characteristics,
      MajorNdisVersion: this.characteristics.MajorNdisVersion || 6,
      MinorNdisVersion: this.characteristics.MajorNdisVersion === 0 ? 50 : this.characteristics.MinorNdisVersion,
      SetOptionsHandler: (handle) => (this.setOptions ?? ((given) => this.setBothHalves(given)))(handle),
      InitializeHandlerEx: (handle) => this.initialize(handle),
      UnloadHandler: () => {
        if (this.driverHandle !== null) ndis.NdisMDeregisterMiniportDriver(this.driverHandle);
      },
      ...QUIET_MINIPORT,
    });
    const out = new OutParameter<NdisMiniportDriverHandle>();
    this.characteristics = noted(this.core, this.log, defaults, this.on.miniport);
    this.registrationStatus = ndis.NdisMRegisterMiniportDriver(driverObject, path, this, this.characteristics, out);
    this.driverHandle = out.Value;
    return this.registrationStatus;
  }

  /** MiniportSetOptions of an MCM: two structures (REG-05). */
  setBothHalves(handle: NdisDriverHandle): NDIS_STATUS_FINAL {
    return setBoth(this.ndis, handle, this.coMiniport(), this.callManager());
  }

  coMiniport(): CoMiniportHandlers {
    const handlers = NDIS_MINIPORT_CO_CHARACTERISTICS({
      // REG-13, ACT-03: an MCM that has these, too, is never called through them.
      CoCreateVcHandler: success,
      CoDeleteVcHandler: success,
      CoActivateVcHandler: success,
      CoDeactivateVcHandler: success,
      CoSendNetBufferListsHandler: nothing,
      CoOidRequestHandler: success,
    });
    return noted(this.core, this.log, handlers, this.on.co);
  }

  callManager(): CallManagerHandlers {
    return noted(this.core, this.log, quietCallManager(), this.on.cm);
  }

  /** MiniportInitializeEx. */
  initialize(handle: MiniportAdapterHandle): NDIS_STATUS_FINAL {
    this.handle = handle;
    this.setAttributes();
    if (!this.registersAddressFamily) return NDIS_STATUS_SUCCESS;
    return this.ndis.NdisMCmRegisterAddressFamilyEx(handle, q2931Family());
  }

  setAttributes(): void {
    setAtmAttributes(this.ndis, this.handle, this.context);
  }
}

export interface FakeClientHandlers {
  readonly cl: Partial<ClientHandlers>;
  readonly co: Partial<CoProtocolHandlers>;
  readonly protocol: Partial<ProtocolHandlers>;
}

/** A client that does nothing but what a test tells it; without being told it accepts. */
export class FakeClient extends Fake {
  readonly name: string;
  readonly on: FakeClientHandlers = { cl: {}, co: {}, protocol: {} };
  readonly context: { client: string };
  ndis!: ClientLibrary;
  driverHandle: NdisProtocolDriverHandle | null = null;
  /** What NdisRegisterProtocolDriver fills. */
  readonly registered = new OutParameter<NdisProtocolDriverHandle>();
  bindContext: NdisBindContextHandle | null = null;
  binding!: NdisBindingHandle;
  medium: NDIS_MEDIUM = NDIS_MEDIUM.NdisMediumAtm;
  characteristics = NDIS_PROTOCOL_DRIVER_CHARACTERISTICS();
  setOptions: ((handle: NdisDriverHandle) => NDIS_STATUS_FINAL) | null = null;
  #pool: NetBufferListPoolHandle | null = null;

  constructor(core: FakeHost, name: string) {
    super(core);
    this.name = name;
    this.context = { client: name };
  }

  get image(): DriverImage<ClientLibrary> {
    return { name: this.name, DriverEntry: (driverObject, _path, ndis) => this.#entry(driverObject, ndis) };
  }

  #entry(driverObject: DRIVER_OBJECT, ndis: ClientLibrary): NDIS_STATUS {
    this.ndis = ndis;
    driverObject.DriverUnload = () =>
      this.driverHandle === null ? undefined : ndis.NdisDeregisterProtocolDriver(this.driverHandle);
    const defaults = NDIS_PROTOCOL_DRIVER_CHARACTERISTICS({
      ...this.characteristics,
      MajorNdisVersion: this.characteristics.MajorNdisVersion || 6,
      MinorNdisVersion: this.characteristics.MajorNdisVersion === 0 ? 50 : this.characteristics.MinorNdisVersion,
      Name: this.name,
      SetOptionsHandler: (handle) => (this.setOptions ?? ((given) => this.setBothHalves(given)))(handle),
      BindAdapterHandlerEx: (_context, bindContext) => this.bind(bindContext),
      UnbindAdapterHandlerEx: () => this.unbind(),
      ...QUIET_PROTOCOL,
    });
    this.characteristics = noted(this.core, this.log, defaults, this.on.protocol);
    const status = ndis.NdisRegisterProtocolDriver(this, this.characteristics, this.registered);
    this.driverHandle = this.registered.Value;
    return status;
  }

  setBothHalves(handle: NdisDriverHandle): NDIS_STATUS_FINAL {
    return setBoth(this.ndis, handle, this.coProtocol(), this.clientHandlers());
  }

  coProtocol(): CoProtocolHandlers {
    return noted(this.core, this.log, quietCoProtocol(), this.on.co);
  }

  clientHandlers(): ClientHandlers {
    const handlers = NDIS_CO_CLIENT_OPTIONAL_HANDLERS({
      ClCreateVcHandler: (_af, vc, out) => fill(out, { clientVc: vc }),
      ClDeleteVcHandler: success,
      ClOidRequestHandler: success,
      ClOidRequestCompleteHandler: nothing,
      ClOpenAfCompleteHandlerEx: nothing,
      ClCloseAfCompleteHandler: nothing,
      ClRegisterSapCompleteHandler: nothing,
      ClDeregisterSapCompleteHandler: nothing,
      ClMakeCallCompleteHandler: nothing,
      ClModifyCallQoSCompleteHandler: nothing,
      ClCloseCallCompleteHandler: nothing,
      ClAddPartyCompleteHandler: nothing,
      ClDropPartyCompleteHandler: nothing,
      ClIncomingCallHandler: pending,
      ClIncomingCallQoSChangeHandler: nothing,
      ClIncomingCloseCallHandler: nothing,
      ClIncomingDropPartyHandler: nothing,
      ClCallConnectedHandler: nothing,
      ClNotifyCloseAfHandler: success,
    });
    return noted(this.core, this.log, handlers, this.on.cl);
  }

  /** ProtocolBindAdapterEx. */
  bind(bindContext: NdisBindContextHandle): NDIS_STATUS {
    this.bindContext = bindContext;
    return this.open(bindContext);
  }

  open(bindContext: NdisBindContextHandle): NDIS_STATUS {
    if (this.driverHandle === null) return NDIS_STATUS_FAILURE;
    const out = new OutParameter<NdisBindingHandle>();
    const parameters = NDIS_OPEN_PARAMETERS({ MediumArray: [this.medium], MediumArraySize: 1 });
    const status = this.ndis.NdisOpenAdapterEx(this.driverHandle, this.context, parameters, bindContext, out);
    if (out.Value !== null) this.binding = out.Value;
    return status;
  }

  unbind(): NDIS_STATUS {
    if (this.#pool !== null) this.ndis.NdisFreeNetBufferListPool(this.#pool);
    this.#pool = null;
    this.ndis.NdisCloseAdapterEx(this.binding);
    return NDIS_STATUS_SUCCESS;
  }

  /** NET_BUFFER_LISTs of NDIS, chained, with this SourceHandle. */
  lists(count: number, source: NdisVcHandle | null): NET_BUFFER_LIST {
    this.#pool ??= this.ndis.NdisAllocateNetBufferListPool(
      this.binding,
      NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: TAG }),
    );
    return chain(this.ndis, this.#pool, count, source);
  }
}

type ListLibrary = Pick<ClientLibrary, "NdisAllocateNetBufferAndNetBufferList">;

/** Allocates `count` lists and chains them. */
export function chain(
  ndis: ListLibrary,
  pool: NetBufferListPoolHandle | null,
  count: number,
  source: NdisVcHandle | null,
): NET_BUFFER_LIST {
  let first: NET_BUFFER_LIST | null = null;
  for (let i = 0; i < count; i++) {
    const list: NET_BUFFER_LIST | null =
      pool === null ? null : ndis.NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, null, 0, 0);
    if (list === null) throw new Error("no NET_BUFFER_LIST");
    list.SourceHandle = source;
    list.Next = first;
    first = list;
  }
  if (first === null) throw new Error("an empty chain");
  return first;
}

export function listArray(lists: unknown): NET_BUFFER_LIST[] {
  const array: NET_BUFFER_LIST[] = [];
  for (let list = lists as NET_BUFFER_LIST | null; list !== null; list = list.Next) array.push(list);
  return array;
}

export function q2931Family(): CO_ADDRESS_FAMILY {
  return CO_ADDRESS_FAMILY({ AddressFamily: CO_ADDRESS_FAMILY_Q2931, MajorVersion: 3, MinorVersion: 1 });
}
