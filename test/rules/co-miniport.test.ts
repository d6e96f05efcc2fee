import { describe, expect } from "vitest";
import { Laboratory } from "../../src/lab/laboratory.ts";
import type {
  CallManagerLibrary,
  CO_CALL_PARAMETERS,
  DRIVER_OBJECT,
  NDIS_STATUS,
  NdisBindingHandle,
  NdisProtocolDriverHandle,
  NdisVcHandle,
  NET_BUFFER_LIST,
} from "../../src/ndis/index.ts";
import {
  AAL_TYPE_AAL5,
  AAL_TYPE_AAL34,
  ATM_FLOW_PARAMETERS,
  ATM_MEDIA_PARAMETERS,
  ATM_MEDIA_SPECIFIC,
  ATM_SERVICE_CATEGORY_CBR,
  ATM_VPIVCI,
  atmMediaParameters,
  CO_CALL_PARAMETERS as CallParameters,
  CO_MEDIA_PARAMETERS,
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_MEDIUM,
  NDIS_OPEN_PARAMETERS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  OutParameter,
  RECEIVE_VC,
  ROUND_DOWN_FLOW,
  TRANSMIT_VC,
} from "../../src/ndis/index.ts";
import { ALICE, FEW_BUFFERS, MS } from "../miniport/two-hosts.ts";
import { behaviour } from "./rule-case.ts";

/** Cells a second of an OC-3 link. */
const LINE_CELL_RATE = 353_207;

interface Wanted {
  readonly vci?: number;
  readonly aal?: number;
  readonly peakCellRate?: number;
  readonly flags?: number;
}

/** A constant-bit-rate VC on VPI 0. */
function parameters({ vci = 40, aal = AAL_TYPE_AAL5, peakCellRate = 10_000, flags = 0 }: Wanted): CO_CALL_PARAMETERS {
  const flow = () =>
    ATM_FLOW_PARAMETERS({ ServiceCategory: ATM_SERVICE_CATEGORY_CBR, PeakCellRate: peakCellRate, MaxSduSize: 1_500 });
  const Parameters = ATM_MEDIA_PARAMETERS({
    ConnectionId: ATM_VPIVCI({ Vci: vci }),
    AALType: aal,
    Transmit: flow(),
    Receive: flow(),
  });
  return CallParameters({
    MediaParameters: CO_MEDIA_PARAMETERS({
      Flags: TRANSMIT_VC | RECEIVE_VC | flags,
      MediaSpecific: { ParamType: ATM_MEDIA_SPECIFIC, Length: 0, Parameters },
    }),
  });
}

/** A call manager that has VCs of its own and nothing else, above the reference CO miniport. */
class Bench {
  readonly lab: Laboratory;
  readonly activations: { readonly Status: NDIS_STATUS; readonly parameters: CO_CALL_PARAMETERS }[] = [];
  readonly deactivations: NDIS_STATUS[] = [];
  readonly sent: NET_BUFFER_LIST[] = [];
  #ndis: CallManagerLibrary | null = null;
  #protocol: NdisProtocolDriverHandle | null = null;
  #binding: NdisBindingHandle | null = null;

  constructor(configuration: Readonly<Record<string, number>> = {}) {
    this.lab = new Laboratory({
      hosts: [
        {
          name: "host",
          route: "call-manager",
          memoryBytes: 8 << 20,
          nics: [{ address: ALICE, configuration: { ...FEW_BUFFERS, ...configuration } }],
          standAloneCallManager: {
            name: "bench",
            DriverEntry: (object, _path, Ndis) => this.#driverEntry(object, Ndis),
          },
        },
      ],
      frameCapacity: 1_024,
      frameMemoryBytes: 4 << 20,
    });
    this.lab.start();
  }

  get ndis(): CallManagerLibrary {
    if (this.#ndis === null) throw new Error("not loaded");
    return this.#ndis;
  }

  get nic() {
    return this.lab.nic("host").device;
  }

  run(forNs: number): void {
    this.lab.runUntil(() => false, forNs);
    if (this.lab.bugCheck !== null) throw this.lab.bugCheck.error;
  }

  createVc(): { readonly status: NDIS_STATUS; readonly vc: NdisVcHandle } {
    if (this.#binding === null) throw new Error("not bound");
    const out = new OutParameter<NdisVcHandle>();
    const status = this.ndis.NdisCoCreateVc(this.#binding, null, this, out);
    return { status, vc: out.Value as NdisVcHandle };
  }

  /** Activates a VC and gives the status that it comes to. */
  activate(vc: NdisVcHandle, wanted: CO_CALL_PARAMETERS): NDIS_STATUS {
    const before = this.activations.length;
    const status = this.ndis.NdisCmActivateVc(vc, wanted);
    if (status !== NDIS_STATUS_PENDING) return status;
    this.run(MS);
    return this.activations[before].Status;
  }

  deactivate(vc: NdisVcHandle): void {
    expect(this.ndis.NdisCmDeactivateVc(vc)).toBe(NDIS_STATUS_PENDING);
  }

  send(vc: NdisVcHandle, count: number, bytes: number): void {
    if (this.#binding === null) throw new Error("not bound");
    const members = { fAllocateNetBuffer: true, PoolTag: 1, DataSize: bytes };
    const pool = this.ndis.NdisAllocateNetBufferListPool(this.#binding, NET_BUFFER_LIST_POOL_PARAMETERS(members));
    for (let i = 0; i < count && pool !== null; i++) {
      const list = this.ndis.NdisAllocateNetBufferList(pool, 0, 0);
      if (list === null || list.FirstNetBuffer === null) throw new Error("no list");
      list.FirstNetBuffer.DataLength = bytes;
      list.SourceHandle = vc;
      this.ndis.NdisCoSendNetBufferLists(vc, list, 0);
    }
  }

  #driverEntry(DriverObject: DRIVER_OBJECT, Ndis: CallManagerLibrary): NDIS_STATUS {
    this.#ndis = Ndis;
    DriverObject.DriverUnload = () =>
      this.#protocol === null ? undefined : Ndis.NdisDeregisterProtocolDriver(this.#protocol);
    const out = new OutParameter<NdisProtocolDriverHandle>();
    const nothing = () => {};
    const success = () => NDIS_STATUS_SUCCESS;
    const refuse = () => NDIS_STATUS_NOT_SUPPORTED;
    const co = NDIS_PROTOCOL_CO_CHARACTERISTICS({
      CoStatusHandlerEx: nothing,
      CoAfRegisterNotifyHandler: nothing,
      CoReceiveNetBufferListsHandler: nothing,
      CoSendNetBufferListsCompleteHandler: (_vc, lists) => {
        for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) this.sent.push(list);
      },
    });
    const handlers = NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS({
      CmCreateVcHandler: refuse,
      CmDeleteVcHandler: success,
      CmOpenAfHandler: refuse,
      CmCloseAfHandler: success,
      CmRegisterSapHandler: refuse,
      CmDeregisterSapHandler: success,
      CmMakeCallHandler: refuse,
      CmCloseCallHandler: refuse,
      CmIncomingCallCompleteHandler: nothing,
      CmAddPartyHandler: refuse,
      CmDropPartyHandler: refuse,
      CmActivateVcCompleteHandler: (Status, _context, inUse) => this.activations.push({ Status, parameters: inUse }),
      CmDeactivateVcCompleteHandler: (Status) => this.deactivations.push(Status),
      CmModifyCallQoSHandler: refuse,
      CmOidRequestHandler: refuse,
      CmOidRequestCompleteHandler: nothing,
      CmNotifyCloseAfCompleteHandler: nothing,
    });
    const characteristics = NDIS_PROTOCOL_DRIVER_CHARACTERISTICS({
      MajorNdisVersion: 6,
      MinorNdisVersion: 50,
      Name: "bench",
      SetOptionsHandler: (handle) => {
        const status = Ndis.NdisSetOptionalHandlers(handle, co);
        return status === NDIS_STATUS_SUCCESS ? Ndis.NdisSetOptionalHandlers(handle, handlers) : status;
      },
      BindAdapterHandlerEx: (_context, bindContext) => {
        const opened = new OutParameter<NdisBindingHandle>();
        const open = NDIS_OPEN_PARAMETERS({ MediumArray: [NDIS_MEDIUM.NdisMediumAtm], MediumArraySize: 1 });
        if (this.#protocol === null) return NDIS_STATUS_RESOURCES;
        const status = Ndis.NdisOpenAdapterEx(this.#protocol, this, open, bindContext, opened);
        this.#binding = opened.Value;
        return status;
      },
      UnbindAdapterHandlerEx: () => {
        if (this.#binding !== null) Ndis.NdisCloseAdapterEx(this.#binding);
        return NDIS_STATUS_SUCCESS;
      },
      OpenAdapterCompleteHandlerEx: nothing,
      CloseAdapterCompleteHandlerEx: nothing,
      NetPnPEventHandler: success,
      OidRequestCompleteHandler: nothing,
      StatusHandlerEx: nothing,
      ReceiveNetBufferListsHandler: nothing,
      SendNetBufferListsCompleteHandler: nothing,
    });
    const status = Ndis.NdisRegisterProtocolDriver(this, characteristics, out);
    this.#protocol = out.Value;
    return status;
  }
}

describe("the reference CO miniport", () => {
  behaviour("ACT-09", "answers INVALID_DATA to what the NIC cannot do, SUCCESS to what it can", () => {
    const bench = new Bench();
    const { vc } = bench.createVc();
    expect(bench.activate(vc, parameters({ aal: AAL_TYPE_AAL34 }))).toBe(NDIS_STATUS_INVALID_DATA);
    expect(bench.activate(vc, parameters({ vci: 65_536 }))).toBe(NDIS_STATUS_INVALID_DATA);
    expect(bench.activate(vc, CallParameters())).toBe(NDIS_STATUS_INVALID_DATA);
    expect(bench.activate(vc, parameters({}))).toBe(NDIS_STATUS_SUCCESS);
    // Two VCs cannot have one label.
    expect(bench.activate(bench.createVc().vc, parameters({}))).toBe(NDIS_STATUS_INVALID_DATA);
  });

  behaviour("ACT-11", "brings a rate above the line's down where ROUND_DOWN_FLOW allows it, and reports it", () => {
    const bench = new Bench();
    const { vc } = bench.createVc();
    const tooFast = LINE_CELL_RATE + 1;
    expect(bench.activate(vc, parameters({ peakCellRate: tooFast }))).toBe(NDIS_STATUS_INVALID_DATA);
    const rounded = parameters({ peakCellRate: tooFast, flags: ROUND_DOWN_FLOW });
    expect(bench.activate(vc, rounded)).toBe(NDIS_STATUS_SUCCESS);
    const inUse = atmMediaParameters(bench.activations[0].parameters);
    expect(inUse?.Transmit.PeakCellRate).toBe(LINE_CELL_RATE);
  });

  behaviour("ACT-10", "a failed re-activation leaves the VC sending at its earlier rate", () => {
    const bench = new Bench();
    const { vc } = bench.createVc();
    expect(bench.activate(vc, parameters({ peakCellRate: 10_000 }))).toBe(NDIS_STATUS_SUCCESS);
    expect(bench.activate(vc, parameters({ peakCellRate: 0 }))).toBe(NDIS_STATUS_INVALID_DATA);
    bench.send(vc, 2, 40);
    bench.run(MS);
    expect(bench.sent.map(({ Status }) => Status)).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS]);
    expect(bench.nic.counters.framesTransmitted).toBe(2);
  });

  behaviour("ACT-17", "finishes a deactivation when the last send has come back", () => {
    const bench = new Bench();
    const { vc } = bench.createVc();
    // 20 frames of 10 cells at 10,000 cells a second: 20 ms.
    expect(bench.activate(vc, parameters({ peakCellRate: 10_000 }))).toBe(NDIS_STATUS_SUCCESS);
    bench.send(vc, 20, 10 * 48 - 8);
    bench.deactivate(vc);
    bench.run(10 * MS);
    expect([bench.sent.length < 20, bench.deactivations]).toEqual([true, []]);
    bench.run(20 * MS);
    expect([bench.sent.length, bench.deactivations]).toEqual([20, [NDIS_STATUS_SUCCESS]]);
  });

  behaviour("ACT-21", "pends a deactivation; the label is free for another VC when it is complete", () => {
    const bench = new Bench();
    const [one, other] = [bench.createVc().vc, bench.createVc().vc];
    expect(bench.activate(one, parameters({}))).toBe(NDIS_STATUS_SUCCESS);
    bench.deactivate(one);
    expect(bench.deactivations).toEqual([]);
    bench.run(MS);
    expect(bench.deactivations).toEqual([NDIS_STATUS_SUCCESS]);
    expect(bench.activate(other, parameters({}))).toBe(NDIS_STATUS_SUCCESS);
    // ACT-19: the first may be activated again, with parameters of its own.
    expect(bench.activate(one, parameters({ vci: 41 }))).toBe(NDIS_STATUS_SUCCESS);
  });

  behaviour("MEM-12", "has a table entry for another VC when one is deleted", () => {
    // One for calls and one for signalling.
    const bench = new Bench({ MaximumVcs: 1 });
    const first = bench.createVc();
    expect([first.status, bench.createVc().status]).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS]);
    expect(bench.createVc().status).toBe(NDIS_STATUS_RESOURCES);
    expect(bench.ndis.NdisCoDeleteVc(first.vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(bench.createVc().status).toBe(NDIS_STATUS_SUCCESS);
  });
});
