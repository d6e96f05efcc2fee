import type {
  CO_CALL_PARAMETERS,
  CO_SAP,
  NDIS_OID_REQUEST,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisAfHandle,
  NdisSapHandle,
  NdisVcHandle,
  NET_BUFFER_LIST,
  ProxyLibrary,
} from "../../src/ndis/index.ts";
import * as ndis from "../../src/ndis/index.ts";
import { FakeClient, noted } from "../ndis/core-fakes.ts";
import { Core, filled } from "../ndis/core-harness.ts";
import { quietCallManager } from "../ndis/quiet-handlers.ts";
import { query } from "./oid-fixture.ts";

const { NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_SUCCESS, OutParameter } = ndis;

/** sizeof on x64 (ndistapi.h; NDIS_VAR_DATA_DESC: two USHORTs and an aligned ULONG_PTR). */
export const SIZEOF_MAKE_CALL = 12 + 4 + 2 * 16;
export const SIZEOF_INCOMING_CALL = 12 + 4 + 16;
export const SIZEOF_TAPI_SAP = 12;

/** An answer to an OID: a structure for the information buffer, or a status. */
export type WanAnswer = ((request: NDIS_OID_REQUEST) => void) | NDIS_STATUS_FINAL;

const structure = (value: NDIS_OID_REQUEST["DATA"]["QUERY_INFORMATION"]["InformationBuffer"]) => {
  return (request: NDIS_OID_REQUEST): void => {
    request.DATA.QUERY_INFORMATION.InformationBuffer = value;
  };
};

/** The answers of a WAN miniport that keeps the rules: WAN-04, WAN-05, WAN-10, WAN-11. */
export function wanAnswers(): Map<number, WanAnswer> {
  const info = { MaxFrameSize: 1_500, MaxSendWindow: 2, FramingBits: ndis.PPP_FRAMING };
  const link = { MaxSendFrameSize: 1_500, MaxRecvFrameSize: 1_500 };
  return new Map<number, WanAnswer>([
    [ndis.OID_WAN_CO_GET_INFO, structure(ndis.NDIS_WAN_CO_INFO(info))],
    [ndis.OID_WAN_CO_GET_LINK_INFO, structure(ndis.NDIS_WAN_CO_GET_LINK_INFO(link))],
    [ndis.OID_WAN_CO_SET_LINK_INFO, NDIS_STATUS_SUCCESS],
    [ndis.OID_WAN_CO_GET_STATS_INFO, structure(ndis.NDIS_WAN_CO_GET_STATS_INFO({ BytesSent: 100 }))],
    [ndis.OID_WAN_PERMANENT_ADDRESS, NDIS_STATUS_SUCCESS],
    [ndis.OID_WAN_CURRENT_ADDRESS, NDIS_STATUS_SUCCESS],
    [ndis.OID_WAN_MEDIUM_SUBTYPE, NDIS_STATUS_SUCCESS],
    [ndis.OID_CO_TAPI_CM_CAPS, structure(ndis.CO_TAPI_CM_CAPS({ ulNumLines: 1 }))],
    [ndis.OID_CO_TAPI_LINE_CAPS, structure(ndis.CO_TAPI_LINE_CAPS())],
    [ndis.OID_CO_TAPI_ADDRESS_CAPS, structure(ndis.CO_TAPI_ADDRESS_CAPS())],
  ]);
}

/** A core with a WAN MCM that offers CO_ADDRESS_FAMILY_TAPI_PROXY, and a client of NdisMediumCoWan. Drivers are loaded, no device. */
export class WanCore extends Core {
  readonly answers = wanAnswers();
  /** Families that the MCM offers in MiniportInitializeEx. */
  families: readonly number[] = [ndis.CO_ADDRESS_FAMILY_TAPI_PROXY];
  minorNdisVersion = 50;

  constructor() {
    super();
    const answer = (request: NDIS_OID_REQUEST): NDIS_STATUS => {
      const known = this.answers.get(request.DATA.Oid) ?? NDIS_STATUS_NOT_SUPPORTED;
      if (typeof known === "number") return known;
      known(request);
      return NDIS_STATUS_SUCCESS;
    };
    this.mcm.on.co.CoOidRequestHandler = (_context, _vc, request) => answer(request);
    this.mcm.on.cm.CmOidRequestHandler = (_context, _vc, _party, request) => answer(request);
    this.mcm.on.miniport.InitializeHandlerEx = (handle) => {
      this.mcm.handle = handle;
      const MiniportAdapterContext = this.mcm.context;
      const registration = ndis.NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES({ MiniportAdapterContext });
      this.mcm.ndis.NdisMSetMiniportAttributes(handle, registration);
      const MediaType = ndis.NDIS_MEDIUM.NdisMediumCoWan;
      const general = ndis.NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES({ MediaType });
      this.mcm.ndis.NdisMSetMiniportAttributes(handle, general);
      for (const family of this.families) this.offer(family);
      return NDIS_STATUS_SUCCESS;
    };
    this.client.medium = ndis.NDIS_MEDIUM.NdisMediumCoWan;
  }

  override load(): void {
    this.mcm.characteristics.MajorNdisVersion = 6;
    this.mcm.characteristics.MinorNdisVersion = this.minorNdisVersion;
    super.load();
  }

  offer(AddressFamily: number): NDIS_STATUS {
    return this.mcm.ndis.NdisMCmRegisterAddressFamilyEx(this.mcm.handle, ndis.CO_ADDRESS_FAMILY({ AddressFamily }));
  }

  open(AddressFamily: number, client: FakeClient = this.client): NdisAfHandle {
    const out = new OutParameter<NdisAfHandle>();
    const family = ndis.CO_ADDRESS_FAMILY({ AddressFamily });
    client.ndis.NdisClOpenAddressFamilyEx(client.binding, family, { af: client.name }, out);
    return filled(out);
  }

  openProxy(): NdisAfHandle {
    return this.open(ndis.CO_ADDRESS_FAMILY_TAPI_PROXY);
  }

  /** The client asks the miniport. */
  ask(request: NDIS_OID_REQUEST | number, vc: NdisVcHandle | null = null): NDIS_STATUS {
    const asked = typeof request === "number" ? query(request) : request;
    return this.client.ndis.NdisCoOidRequest(this.client.binding, null, vc, null, asked);
  }

  /** The client asks the call manager. */
  askManager(af: NdisAfHandle, request: NDIS_OID_REQUEST | number): NDIS_STATUS {
    const asked = typeof request === "number" ? query(request) : request;
    return this.client.ndis.NdisCoOidRequest(this.client.binding, af, null, null, asked);
  }

  sap(af: NdisAfHandle, sap: CO_SAP): NdisSapHandle | null {
    const out = new OutParameter<NdisSapHandle>();
    this.client.ndis.NdisClRegisterSap(af, { sap: "wan" }, sap, out);
    return out.Value;
  }

  /** A TAPI call that is made, and activated; not yet complete. */
  dialled(parameters = makeCallParameters()): NdisVcHandle {
    const vc = this.createVc(this.openProxy());
    this.client.ndis.NdisClMakeCall(vc, parameters, null, null);
    this.activate(vc);
    return vc;
  }

  connect(vc: NdisVcHandle, parameters = completedParameters()): void {
    this.mcm.ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, vc, null, null, parameters);
  }

  /** A WAN call that is up. */
  connected(): NdisVcHandle {
    const vc = this.dialled();
    this.connect(vc);
    return vc;
  }

  /** A list of a driver's with one frame, which lies at that address. */
  frame(by: "client" | "mcm", vc: NdisVcHandle, address: number, length: number): NET_BUFFER_LIST {
    const { ndis: library } = this[by];
    const handle = by === "client" ? this.client.binding : this.mcm.handle;
    const parameters = ndis.NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: 1 });
    const pool = library.NdisAllocateNetBufferListPool(handle, parameters);
    const mdl = library.NdisAllocateMdl(handle, address, length);
    if (pool === null || mdl === null) throw new Error("no pool");
    const list = library.NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, mdl, 0, length);
    if (list === null) throw new Error("no list");
    list.SourceHandle = vc;
    return list;
  }

  /** The client sends that list. @returns what has the miniport complete it. */
  send(vc: NdisVcHandle, list: NET_BUFFER_LIST): (Status: NDIS_STATUS_FINAL) => void {
    this.client.ndis.NdisCoSendNetBufferLists(vc, list, 0);
    return (Status) => {
      list.Status = Status;
      this.mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, list, 0);
    };
  }

  /** The MCM offers a call to the client that has registered a SAP. */
  offerCall(parameters: CO_CALL_PARAMETERS): NDIS_STATUS {
    const af = this.openProxy();
    const sap = this.sap(af, tapiSap());
    if (sap === null) throw new Error("no SAP");
    const vc = this.createIncomingVc(af);
    this.activate(vc);
    return this.mcm.ndis.NdisMCmDispatchIncomingCall(sap, vc, parameters);
  }
}

/** What the ndproxy role gives NdisClMakeCall (WAN-15). */
export function makeCallParameters(Length = SIZEOF_MAKE_CALL): CO_CALL_PARAMETERS {
  const Parameters = ndis.CO_AF_TAPI_MAKE_CALL_PARAMETERS({ ulFlags: ndis.CO_TAPI_FLAG_OUTGOING_CALL });
  return ndis.CO_CALL_PARAMETERS({
    CallMgrParameters: ndis.CO_CALL_MANAGER_PARAMETERS(),
    MediaParameters: ndis.CO_MEDIA_PARAMETERS({ MediaSpecific: { ParamType: 0, Length, Parameters } }),
  });
}

/** What the WAN MCM completes it with (WAN-16): 64 kbit/s each way, in bytes per second. */
export function completedParameters(PeakBandwidth = 8_000): CO_CALL_PARAMETERS {
  const flow = ndis.FLOWSPEC({ PeakBandwidth, MaxSduSize: 1_500 });
  return {
    ...makeCallParameters(),
    CallMgrParameters: ndis.CO_CALL_MANAGER_PARAMETERS({ Transmit: flow, Receive: flow }),
  };
}

/** What the WAN MCM offers a call with (WAN-17). */
export function incomingParameters(ulFlags = ndis.CO_TAPI_FLAG_INCOMING_CALL as number): CO_CALL_PARAMETERS {
  const Parameters = ndis.CO_AF_TAPI_INCOMING_CALL_PARAMETERS({ ulLineID: 1, ulAddressID: 0, ulFlags });
  return {
    ...completedParameters(),
    MediaParameters: ndis.CO_MEDIA_PARAMETERS({
      MediaSpecific: { ParamType: 0, Length: SIZEOF_INCOMING_CALL, Parameters },
    }),
  };
}

/** The SAP of the ndproxy role (WAN-18). */
export function tapiSap(SapLength = SIZEOF_TAPI_SAP): CO_SAP {
  return { SapType: ndis.AF_TAPI_SAP_TYPE, SapLength, Sap: ndis.CO_AF_TAPI_SAP({ ulLineID: 1 }) };
}

/** The SAP of the ndiswan role (WAN-03): a device class, as a string of 16-bit characters. */
export function deviceClassSap(SapType: number = ndis.AF_TAPI_SAP_TYPE): CO_SAP {
  const Sap = new Uint8Array([...Buffer.from("NDIS\0", "utf16le")]);
  return { SapType, SapLength: Sap.length, Sap };
}

/** A driver in NDPROXY's place: client of the proxy address family, call manager of CO_ADDRESS_FAMILY_TAPI. */
export class FakeNdproxy extends FakeClient {
  /** Whether it keeps WAN-02. */
  readonly opensProxyFirst: boolean;
  proxyAf: NdisAfHandle | null = null;

  constructor(core: Core, opensProxyFirst: boolean) {
    super(core, "ndproxy");
    this.opensProxyFirst = opensProxyFirst;
    this.medium = ndis.NDIS_MEDIUM.NdisMediumCoWan;
    this.setOptions = (handle) => {
      const status = this.setBothHalves(handle);
      return status === NDIS_STATUS_SUCCESS
        ? this.ndis.NdisSetOptionalHandlers(handle, noted(core, this.log, quietCallManager(), {}))
        : status;
    };
    this.on.co.CoAfRegisterNotifyHandler = (_context, { AddressFamily }) => {
      if (AddressFamily !== ndis.CO_ADDRESS_FAMILY_TAPI_PROXY) return;
      if (!opensProxyFirst) this.offerTapi();
      const out = new OutParameter<NdisAfHandle>();
      this.ndis.NdisClOpenAddressFamilyEx(
        this.binding,
        ndis.CO_ADDRESS_FAMILY({ AddressFamily }),
        { af: "proxy" },
        out,
      );
      this.proxyAf = out.Value;
      if (opensProxyFirst) this.offerTapi();
    };
  }

  offerTapi(): void {
    const family = ndis.CO_ADDRESS_FAMILY({ AddressFamily: ndis.CO_ADDRESS_FAMILY_TAPI });
    (this.ndis as ProxyLibrary).NdisCmRegisterAddressFamilyEx(this.binding, family);
  }
}
