import type {
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS as CallManagerHandlers,
  CallManagerLibrary,
  NDIS_MINIPORT_CO_CHARACTERISTICS as CoMiniportHandlers,
  CoMiniportLibrary,
  NDIS_PROTOCOL_CO_CHARACTERISTICS as CoProtocolHandlers,
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
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS as ProtocolHandlers,
} from "../../src/ndis/index.ts";
import {
  NDIS_MEDIUM,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_OPEN_PARAMETERS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import type { FakeMcm, FakeMcmHandlers } from "./core-fakes.ts";
import { Fake, noted, q2931Family } from "./core-fakes.ts";
import {
  fill,
  nothing,
  QUIET_MINIPORT,
  QUIET_PROTOCOL,
  quietCallManager,
  quietCoProtocol,
  setAtmAttributes,
  setBoth,
  success,
} from "./quiet-handlers.ts";

/** A connection-oriented miniport without call management; without being told it accepts. */
export class FakeCoMiniport extends Fake {
  readonly name = "miniport";
  readonly on: { readonly co: Partial<CoMiniportHandlers>; readonly miniport: Partial<MiniportHandlers> } = {
    co: {},
    miniport: {},
  };
  readonly context = { adapter: "miniport" };
  ndis!: CoMiniportLibrary;
  handle!: MiniportAdapterHandle;
  driverHandle: NdisMiniportDriverHandle | null = null;

  get image(): DriverImage<CoMiniportLibrary> {
    return {
      name: this.name,
      DriverEntry: (driverObject, path, ndis) => {
        this.ndis = ndis;
        const out = new OutParameter<NdisMiniportDriverHandle>();
        const handlers = noted(this.core, this.log, this.#handlers(), this.on.miniport);
        const status = ndis.NdisMRegisterMiniportDriver(driverObject, path, this, handlers, out);
        this.driverHandle = out.Value;
        return status;
      },
    };
  }

  #handlers(): MiniportHandlers {
    return NDIS_MINIPORT_DRIVER_CHARACTERISTICS({
      MajorNdisVersion: 6,
      MinorNdisVersion: 50,
      SetOptionsHandler: (handle) => this.ndis.NdisSetOptionalHandlers(handle, this.coMiniport()),
      InitializeHandlerEx: (handle) => this.initialize(handle),
      UnloadHandler: () => {
        if (this.driverHandle !== null) this.ndis.NdisMDeregisterMiniportDriver(this.driverHandle);
      },
      ...QUIET_MINIPORT,
    });
  }

  coMiniport(): CoMiniportHandlers {
    const handlers = NDIS_MINIPORT_CO_CHARACTERISTICS({
      CoCreateVcHandler: (_adapter, vc, out) => fill(out, { miniportVc: vc }),
      CoDeleteVcHandler: success,
      CoActivateVcHandler: success,
      CoDeactivateVcHandler: success,
      CoSendNetBufferListsHandler: nothing,
      CoOidRequestHandler: success,
    });
    return noted(this.core, this.log, handlers, this.on.co);
  }

  initialize(handle: MiniportAdapterHandle): NDIS_STATUS_FINAL {
    this.handle = handle;
    return setAtmAttributes(this.ndis, handle, this.context);
  }
}

/** A stand-alone call manager; without being told it accepts, and pends what takes time. */
export class FakeCallManager extends Fake {
  readonly name = "cm";
  readonly on: {
    readonly cm: Partial<CallManagerHandlers>;
    readonly co: Partial<CoProtocolHandlers>;
    readonly protocol: Partial<ProtocolHandlers>;
  } = { cm: {}, co: {}, protocol: {} };
  readonly context = { binding: "cm" };
  ndis!: CallManagerLibrary;
  binding!: NdisBindingHandle;
  driverHandle: NdisProtocolDriverHandle | null = null;
  registersAddressFamily = true;
  setOptions: ((handle: NdisDriverHandle) => NDIS_STATUS_FINAL) | null = null;

  get image(): DriverImage<CallManagerLibrary> {
    return {
      name: this.name,
      DriverEntry: (driverObject, _path, ndis) => {
        this.ndis = ndis;
        driverObject.DriverUnload = () =>
          this.driverHandle === null ? undefined : ndis.NdisDeregisterProtocolDriver(this.driverHandle);
        const out = new OutParameter<NdisProtocolDriverHandle>();
        const handlers = noted(this.core, this.log, this.#handlers(), this.on.protocol);
        const status = ndis.NdisRegisterProtocolDriver(this, handlers, out);
        this.driverHandle = out.Value;
        return status;
      },
    };
  }

  #handlers(): ProtocolHandlers {
    return NDIS_PROTOCOL_DRIVER_CHARACTERISTICS({
      MajorNdisVersion: 6,
      MinorNdisVersion: 50,
      Name: this.name,
      SetOptionsHandler: (handle) => (this.setOptions ?? ((given) => this.setBothHalves(given)))(handle),
      BindAdapterHandlerEx: (_context, bindContext) => this.bind(bindContext),
      UnbindAdapterHandlerEx: () => this.unbind(),
      ...QUIET_PROTOCOL,
    });
  }

  setBothHalves(handle: NdisDriverHandle): NDIS_STATUS_FINAL {
    return setBoth(this.ndis, handle, this.coProtocol(), this.handlers());
  }

  coProtocol(): CoProtocolHandlers {
    return noted(this.core, this.log, quietCoProtocol(), this.on.co);
  }

  handlers(): CallManagerHandlers {
    return noted(this.core, this.log, quietCallManager(), this.on.cm);
  }

  bind(bindContext: NdisBindContextHandle): NDIS_STATUS {
    if (this.driverHandle === null) return NDIS_STATUS_FAILURE;
    const out = new OutParameter<NdisBindingHandle>();
    const parameters = NDIS_OPEN_PARAMETERS({ MediumArray: [NDIS_MEDIUM.NdisMediumAtm], MediumArraySize: 1 });
    const status = this.ndis.NdisOpenAdapterEx(this.driverHandle, this.context, parameters, bindContext, out);
    if (status !== NDIS_STATUS_SUCCESS || out.Value === null) return status;
    this.binding = out.Value;
    return this.registersAddressFamily
      ? this.ndis.NdisCmRegisterAddressFamilyEx(this.binding, q2931Family())
      : NDIS_STATUS_SUCCESS;
  }

  unbind(): NDIS_STATUS {
    this.ndis.NdisCloseAdapterEx(this.binding);
    return NDIS_STATUS_SUCCESS;
  }
}

/** What tests of both routes use of the call-management side, under the names that an MCM calls. */
export type ManagementLibrary = Pick<
  MiniportCallManagerLibrary,
  Extract<keyof MiniportCallManagerLibrary, `NdisMCm${string}` | `NdisMCo${string}`>
>;

/** The call-management side of a host: an MCM, or a call manager over its miniport. */
export interface Management {
  /** Whom a bug check names for call management, and for the miniport's part. */
  readonly name: string;
  readonly miniportName: string;
  readonly on: Pick<FakeMcmHandlers, "cm" | "co">;
  readonly ndis: ManagementLibrary;
  readonly handle: MiniportAdapterHandle;
  calls(name: string): (readonly unknown[])[];
  last(name: string): readonly unknown[];
}

export function managementOfMcm(mcm: FakeMcm): Management {
  return {
    name: mcm.name,
    miniportName: mcm.name,
    on: mcm.on,
    get ndis() {
      return mcm.ndis;
    },
    get handle() {
      return mcm.handle;
    },
    calls: (name) => mcm.calls(name),
    last: (name) => mcm.last(name),
  };
}

/** A stand-alone call manager and its miniport, shown as if they were one. */
export function managementOfPair(cm: FakeCallManager, miniport: FakeCoMiniport): Management {
  const side = (name: string): Fake => (name.startsWith("Miniport") ? miniport : cm);
  return {
    name: cm.name,
    miniportName: miniport.name,
    on: { cm: cm.on.cm, co: miniport.on.co },
    get ndis() {
      return managementLibrary(cm, miniport);
    },
    get handle() {
      return miniport.handle;
    },
    calls: (name) => side(name).calls(name),
    last: (name) => side(name).last(name),
  };
}

/** NdisMCmXxx as NdisCmXxx; what has another name for a stand-alone call manager as NdisCoXxx. */
function managementLibrary(cm: FakeCallManager, miniport: FakeCoMiniport): ManagementLibrary {
  const shared = Object.fromEntries(
    Object.entries(cm.ndis)
      .filter(([name]) => name.startsWith("NdisCm"))
      .map(([name, routine]): [string, unknown] => [name.replace("NdisCm", "NdisMCm"), routine]),
  );
  const renamed: Partial<ManagementLibrary> = {
    NdisMCmCreateVc: (_adapter, af, context, out) => cm.ndis.NdisCoCreateVc(cm.binding, af, context, out),
    NdisMCmDeleteVc: (vc) => cm.ndis.NdisCoDeleteVc(vc),
    NdisMCmRegisterAddressFamilyEx: (_adapter, family) => cm.ndis.NdisCmRegisterAddressFamilyEx(cm.binding, family),
    NdisMCmOidRequest: (af, vc, party, request) => cm.ndis.NdisCoOidRequest(cm.binding, af, vc, party, request),
    NdisMCmOidRequestComplete: cm.ndis.NdisCoOidRequestComplete,
  };
  const { ndis } = miniport;
  const miniportHalf: Partial<ManagementLibrary> = {
    NdisMCoIndicateReceiveNetBufferLists: ndis.NdisMCoIndicateReceiveNetBufferLists,
    NdisMCoIndicateStatusEx: ndis.NdisMCoIndicateStatusEx,
    NdisMCoOidRequestComplete: ndis.NdisMCoOidRequestComplete,
    NdisMCoSendNetBufferListsComplete: ndis.NdisMCoSendNetBufferListsComplete,
  };
  return { ...shared, ...renamed, ...miniportHalf } as ManagementLibrary;
}
