import type { AddressFamily } from "../address-family/address-family.ts";
import { ADDRESS_FAMILY_STATES } from "../address-family/address-family.ts";
import type { NDIS_CONTEXT, NdisSapHandle } from "../ddi/handles.ts";
import { OutParameter, toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_SAP } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Stateful, TransitionTable } from "../funnel.ts";
import { advance } from "../funnel.ts";

export type SapState = "REGISTERING" | "REGISTERED" | "DEREGISTERING" | "NONE";
export type SapEvent =
  | "RegisterComplete"
  | "RegisterFailed"
  | "DispatchIncomingCall"
  | "Deregister"
  | "DeregisterComplete";

/** SAP states, section 23.4 of the rulebook. */
export const SAP_STATES: TransitionTable<SapState, SapEvent> = {
  noun: "sap",
  events: {
    RegisterComplete: { rule: "SAP-05", cells: { REGISTERING: "REGISTERED" } },
    RegisterFailed: { rule: "SAP-05", cells: { REGISTERING: "NONE" } },
    DispatchIncomingCall: { rule: "INC-01", cells: { REGISTERING: "REGISTERING", REGISTERED: "REGISTERED" } },
    Deregister: {
      rule: "SAP-11",
      cells: { REGISTERED: "DEREGISTERING", DEREGISTERING: { fails: NDIS_STATUS_FAILURE } },
    },
    DeregisterComplete: { rule: "SAP-13", cells: { DEREGISTERING: "NONE" } },
  },
};

/** A service access point that a client listens on: what NdisSapHandle names. */
export class Sap implements Stateful<SapState> {
  readonly environment: NdisEnvironment;
  readonly traceName: string;
  readonly addressFamily: AddressFamily;
  readonly clientContext: NDIS_CONTEXT;
  readonly sap: CO_SAP;
  callManagerContext: NDIS_CONTEXT = null;
  state: SapState = "REGISTERING";
  moves = 0;
  registerPended = true;
  /** Whether its registration succeeded. */
  registered = false;
  deregisterPended = false;

  get contexts(): readonly unknown[] {
    return [this.clientContext, this.callManagerContext];
  }

  constructor(environment: NdisEnvironment, addressFamily: AddressFamily, clientContext: NDIS_CONTEXT, sap: CO_SAP) {
    this.environment = environment;
    this.traceName = environment.nameObject("sap");
    this.addressFamily = addressFamily;
    this.clientContext = clientContext;
    this.sap = sap;
  }
}

/**
 * The SAP that a handle names; null (and a violation) when it is stale or foreign.
 * @param opaque the rule that is broken by what never was the handle of a SAP.
 */
export function resolveSap(
  environment: NdisEnvironment,
  handle: NdisSapHandle | null,
  caller: string,
  opaque = "AF-38",
): Sap | null {
  const object: unknown = handle;
  if (!(object instanceof Sap) || object.environment !== environment) {
    environment.misuse(opaque, caller, "NdisSapHandle is not the handle of a SAP of this machine");
    return null;
  }
  if (object.state === "NONE") {
    environment.misuse(
      ruleOfDeadSap(object, caller),
      caller,
      `${object.traceName} is gone, its handle invalid`,
      object,
    );
    return null;
  }
  if (environment.verifying && !object.addressFamily.isSharedBy(caller)) {
    environment.misuse("AF-38", caller, `${object.traceName} belongs to other drivers`, object);
    return null;
  }
  return object;
}

/** The call manager loses a SAP by a registration that failed, or by the completion of its deregistration. */
function ruleOfDeadSap(sap: Sap, caller: string): string {
  if (caller !== sap.addressFamily.registration.owner) return "SAP-11";
  return sap.registered ? "SAP-13" : "SAP-05";
}

/** NdisClRegisterSap: forwarded to ProtocolCmRegisterSap (SAP-02). */
export function registerSap(
  environment: NdisEnvironment,
  owner: string,
  addressFamily: AddressFamily,
  ProtocolSapContext: NDIS_CONTEXT,
  CoSap: CO_SAP,
  NdisSapHandle: OutParameter<NdisSapHandle>,
): NDIS_STATUS {
  const usable = advance(environment, ADDRESS_FAMILY_STATES, addressFamily, "RegisterSap", owner);
  if (usable !== NDIS_STATUS_SUCCESS) return NDIS_STATUS_FAILURE;
  const sap = new Sap(environment, addressFamily, ProtocolSapContext, CoSap);
  environment.live.saps++;
  addressFamily.openSaps.add(sap);
  addressFamily.heldSaps++;
  const context = new OutParameter<NDIS_CONTEXT>();
  const handle = toHandle<NdisSapHandle>(sap);
  const { callManager, owner: callManagerOwner } = addressFamily.registration;
  const status = callManager.CmRegisterSapHandler(addressFamily.callManagerContext, CoSap, handle, context);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!sap.registerPended) {
    environment.misuse(
      "SAP-05",
      callManagerOwner,
      "ProtocolCmRegisterSap completed the registration and returned a final status as well",
    );
    return NDIS_STATUS_PENDING;
  }
  if (status === NDIS_STATUS_SUCCESS) {
    if (context.Value === null) {
      const message = `ProtocolCmRegisterSap registered ${sap.traceName} without a context`;
      environment.misuse("SAP-04", callManagerOwner, message, sap);
    }
    sap.callManagerContext = context.Value;
    NdisSapHandle.Value = handle;
  }
  settleRegistration(sap, status);
  return status;
}

/** Ndis(M)CmRegisterSapComplete: runs ProtocolClRegisterSapComplete with the client's own Sap (SAP-05, SAP-06). */
export function registerSapComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisSapHandle,
  CallMgrSapContext: NDIS_CONTEXT,
): void {
  const sap = resolveSap(environment, handle, owner);
  if (sap === null || !environment.completes(Status, "SAP-05", owner)) return;
  if (!sap.registerPended) {
    environment.misuse("SAP-05", owner, `register complete for ${sap.traceName}, whose registration is not pending`);
    return;
  }
  if (Status === NDIS_STATUS_SUCCESS) sap.callManagerContext = CallMgrSapContext;
  settleRegistration(sap, Status);
  const { addressFamily, clientContext } = sap;
  addressFamily.client.ClRegisterSapCompleteHandler(
    Status,
    clientContext,
    sap.sap,
    Status === NDIS_STATUS_SUCCESS ? handle : null,
  );
}

function settleRegistration(sap: Sap, status: NDIS_STATUS): void {
  sap.registerPended = false;
  const registered = status === NDIS_STATUS_SUCCESS;
  sap.registered = registered;
  advance(
    sap.environment,
    SAP_STATES,
    sap,
    registered ? "RegisterComplete" : "RegisterFailed",
    sap.addressFamily.registration.owner,
  );
  if (registered) return;
  sap.addressFamily.heldSaps--;
  forget(sap);
}

/** NdisClDeregisterSap: PENDING, or FAILURE when it is closing already (SAP-10); the handle is dead from the call on (SAP-11). */
export function deregisterSap(environment: NdisEnvironment, owner: string, handle: NdisSapHandle): NDIS_STATUS {
  const sap = resolveSap(environment, handle, owner, "SAP-08");
  if (sap === null) return NDIS_STATUS_FAILURE;
  const { addressFamily: af } = sap;
  if (af.state === "NOTIFIED" && af.calls > 0)
    environment.misuse("AF-35", owner, `${sap.traceName} is deregistered before ${af.calls} calls are closed`, sap);
  const moved = advance(environment, SAP_STATES, sap, "Deregister", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  af.heldSaps--;
  sap.deregisterPended = true;
  const { callManager, owner: callManagerOwner } = sap.addressFamily.registration;
  const status = callManager.CmDeregisterSapHandler(sap.callManagerContext);
  if (status === NDIS_STATUS_PENDING) return NDIS_STATUS_PENDING;
  if (!sap.deregisterPended) {
    environment.misuse(
      "SAP-13",
      callManagerOwner,
      "ProtocolCmDeregisterSap completed the deregistration and returned a final status as well",
    );
    return NDIS_STATUS_PENDING;
  }
  if (status !== NDIS_STATUS_SUCCESS) {
    environment.misuse("SAP-12", callManagerOwner, "ProtocolCmDeregisterSap returns SUCCESS or PENDING only");
  }
  settleDeregistration(sap, status);
  return NDIS_STATUS_PENDING;
}

/** Ndis(M)CmDeregisterSapComplete: runs ProtocolClDeregisterSapComplete (SAP-13). */
export function deregisterSapComplete(
  environment: NdisEnvironment,
  owner: string,
  Status: NDIS_STATUS_FINAL,
  handle: NdisSapHandle,
): void {
  const sap = resolveSap(environment, handle, owner);
  if (sap === null || !environment.completes(Status, "SAP-13", owner)) return;
  if (!sap.deregisterPended) {
    environment.misuse(
      "SAP-13",
      owner,
      `deregister complete for ${sap.traceName}, whose deregistration is not pending`,
    );
    return;
  }
  if (Status !== NDIS_STATUS_SUCCESS) environment.misuse("SAP-13", owner, "a deregistration is completed with SUCCESS");
  settleDeregistration(sap, Status);
}

function settleDeregistration(sap: Sap, status: NDIS_STATUS_FINAL): void {
  const { addressFamily, environment } = sap;
  sap.deregisterPended = false;
  advance(environment, SAP_STATES, sap, "DeregisterComplete", addressFamily.registration.owner);
  // SAP-15: with the address family closing, the final status is FAILURE.
  const final = addressFamily.state === "CLOSING" ? NDIS_STATUS_FAILURE : status;
  forget(sap);
  addressFamily.client.ClDeregisterSapCompleteHandler(final, sap.clientContext);
}

function forget(sap: Sap): void {
  sap.environment.live.saps--;
  sap.addressFamily.openSaps.delete(sap);
}
