import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { AddressFamily } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import type { NDIS_CONTEXT, NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Stateful } from "../funnel.ts";
import { advance } from "../funnel.ts";
import type { VcEvent, VcState } from "./vc-states.ts";
import { CALL_MANAGER_VC_STATES, CLIENT_VC_STATES } from "./vc-states.ts";

/** A virtual connection: what NdisVcHandle names, to the client and to the call manager alike. */
export class Vc implements Stateful<VcState> {
  readonly environment: NdisEnvironment;
  readonly serial: number;
  readonly addressFamily: AddressFamily;
  readonly adapter: MiniportAdapter;
  readonly binding: Binding;
  readonly createdByClient: boolean;
  clientContext: NDIS_CONTEXT = null;
  /** The call manager's VC context; an MCM gets the same one in its miniport half. */
  callManagerContext: NDIS_CONTEXT = null;
  state: VcState;
  active = false;
  /** Whether the client may send now, and whether receives may be indicated now; kept by {@link advanceVc}. */
  maySend = false;
  mayReceive = false;
  /** Requests that are pending. */
  makeCallPended = false;
  incomingCallPended = false;
  closeCallPended = false;
  modifyPended = false;
  sendsOutstanding = 0;
  indicatedOutstanding = 0;

  constructor(environment: NdisEnvironment, addressFamily: AddressFamily, createdByClient: boolean) {
    this.environment = environment;
    this.serial = environment.nextVcSerial();
    this.addressFamily = addressFamily;
    this.binding = addressFamily.binding;
    this.adapter = addressFamily.binding.adapter;
    this.createdByClient = createdByClient;
    this.state = createdByClient ? "IDLE" : "MADE";
  }

  get traceName(): string {
    return `vc#${this.serial}`;
  }
}

/** The VC that a handle names; null (and a violation) when it is stale or foreign. */
export function resolveVc(environment: NdisEnvironment, handle: NdisVcHandle | null, caller: string): Vc | null {
  const object: unknown = handle;
  if (object instanceof Vc && object.environment === environment && object.state !== "NONE") return object;
  environment.misuse("VC-22", caller, "NdisVcHandle is not the handle of a VC of this machine that exists");
  return null;
}

/** Moves a VC through its funnel and keeps what the data path looks at. */
export function advanceVc(vc: Vc, event: VcEvent, owner: string): NDIS_STATUS_FINAL {
  const table = vc.createdByClient ? CLIENT_VC_STATES : CALL_MANAGER_VC_STATES;
  const status = advance(vc.environment, table, vc, event, owner);
  refreshDataPath(vc);
  return status;
}

/** The data path follows state and activity: sends while connected (SND-14), receives while active and not closing (RCV-10). */
export function refreshDataPath(vc: Vc): void {
  vc.maySend = vc.state === "CONN";
  vc.mayReceive =
    vc.active &&
    (vc.state === "CONN" || vc.state === "DIALA" || vc.state === "ACT" || vc.state === "OFFER" || vc.state === "ACC");
}
