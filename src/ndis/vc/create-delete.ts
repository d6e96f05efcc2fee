import type { AddressFamily } from "../address-family/address-family.ts";
import type { NDIS_CONTEXT, NdisVcHandle } from "../ddi/handles.ts";
import { OutParameter, toHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { isPending, NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import { advanceVc, refreshDataPath, Vc } from "./vc.ts";

/** NdisCoCreateVc by a client: runs the MCM's ProtocolCoCreateVc before it returns (VC-03, CNC-07). */
export function createClientVc(
  environment: NdisEnvironment,
  owner: string,
  addressFamily: AddressFamily,
  ProtocolVcContext: NDIS_CONTEXT,
  NdisVcHandle: OutParameter<NdisVcHandle>,
): NDIS_STATUS_FINAL {
  if (!mayCreate(environment, owner, addressFamily, NdisVcHandle)) return NDIS_STATUS_FAILURE;
  const vc = new Vc(environment, addressFamily, true);
  vc.clientContext = ProtocolVcContext;
  const { callManager, owner: callManagerOwner } = addressFamily.registration;
  const context = new OutParameter<NDIS_CONTEXT>();
  const handle = toHandle<NdisVcHandle>(vc);
  const status = callManager.CmCreateVcHandler(addressFamily.callManagerContext, handle, context);
  if (!isCreated(vc, status, callManagerOwner)) return refusal(status);
  vc.callManagerContext = context.Value;
  NdisVcHandle.Value = handle;
  return NDIS_STATUS_SUCCESS;
}

/** NdisMCmCreateVc: runs the client's ProtocolCoCreateVc and nothing in the MCM (VC-05). */
export function createCallManagerVc(
  environment: NdisEnvironment,
  owner: string,
  addressFamily: AddressFamily,
  MiniportVcContext: NDIS_CONTEXT,
  NdisVcHandle: OutParameter<NdisVcHandle>,
): NDIS_STATUS_FINAL {
  if (!mayCreate(environment, owner, addressFamily, NdisVcHandle)) return NDIS_STATUS_FAILURE;
  const vc = new Vc(environment, addressFamily, false);
  vc.callManagerContext = MiniportVcContext;
  const context = new OutParameter<NDIS_CONTEXT>();
  const handle = toHandle<NdisVcHandle>(vc);
  const status = addressFamily.client.ClCreateVcHandler(addressFamily.clientContext, handle, context);
  if (!isCreated(vc, status, addressFamily.binding.protocol.name)) return refusal(status);
  vc.clientContext = context.Value;
  NdisVcHandle.Value = handle;
  return NDIS_STATUS_SUCCESS;
}

function mayCreate(
  environment: NdisEnvironment,
  owner: string,
  addressFamily: AddressFamily,
  out: OutParameter<NdisVcHandle>,
): boolean {
  if (out.Value !== null)
    environment.misuse("VC-06", owner, "the variable for the new VC handle is NULL before the call");
  return addressFamily.state === "OPEN";
}

function isCreated(vc: Vc, status: NDIS_STATUS, owner: string): boolean {
  const { environment } = vc;
  if (status === NDIS_STATUS_SUCCESS) {
    environment.live.vcs++;
    vc.addressFamily.vcs++;
    return true;
  }
  vc.state = "NONE";
  if (status === NDIS_STATUS_PENDING)
    environment.misuse("VC-09", owner, "ProtocolCoCreateVc returned NDIS_STATUS_PENDING");
  return false;
}

/** PENDING makes the VC unusable: the creator sees a failure (VC-09). */
function refusal(status: NDIS_STATUS): NDIS_STATUS_FINAL {
  return status === NDIS_STATUS_PENDING ? NDIS_STATUS_FAILURE : status;
}

/** NdisCoDeleteVc and NdisMCmDeleteVc: the creator deletes; the other side's ProtocolCoDeleteVc runs before it returns (VC-16, VC-20). */
export function deleteVc(environment: NdisEnvironment, owner: string, vc: Vc, byClient: boolean): NDIS_STATUS_FINAL {
  if (vc.createdByClient !== byClient) {
    environment.misuse(
      "VC-16",
      owner,
      `${vc.traceName} was created by the ${vc.createdByClient ? "client" : "call manager"}, and only its creator deletes it`,
    );
    return NDIS_STATUS_FAILURE;
  }
  const before = vc.state;
  const moved = advanceVc(vc, "DeleteVc", owner);
  if (moved !== NDIS_STATUS_SUCCESS) return moved;
  const { addressFamily } = vc;
  const peer = byClient ? addressFamily.registration.owner : addressFamily.binding.protocol.name;
  const status = byClient
    ? addressFamily.registration.callManager.CmDeleteVcHandler(vc.callManagerContext)
    : addressFamily.client.ClDeleteVcHandler(vc.clientContext);
  if (isPending(status)) environment.misuse("VC-21", peer, "ProtocolCoDeleteVc returned NDIS_STATUS_PENDING");
  if (status !== NDIS_STATUS_SUCCESS) {
    vc.state = before;
    refreshDataPath(vc);
    return refusal(status);
  }
  environment.live.vcs--;
  addressFamily.vcs--;
  return NDIS_STATUS_SUCCESS;
}
