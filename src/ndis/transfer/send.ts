import type { Binding } from "../binding/binding.ts";
import { finishCloseWhenQuiet } from "../binding/open-close.ts";
import {
  NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL,
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK,
  NDIS_SEND_FLAGS_DISPATCH_LEVEL,
} from "../ddi/constants/transfer-flags.ts";
import type { NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_PAUSED, NDIS_STATUS_VC_NOT_ACTIVATED } from "../ddi/status.ts";
import type { NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { PVOID } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import { Party } from "../party/party.ts";
import type { Vc } from "../vc/vc.ts";
import { resolveVc } from "../vc/vc.ts";
import { giveBackSent, mayBeCompleted, mayBeSent, takeSent } from "./verified-lists.ts";

/**
 * NdisCoSendNetBufferLists: passes the lists on in their order (SND-04); only while the call is connected (SND-14).
 * @param listCount how many lists there are, which has been looked at already.
 */
export function sendNetBufferLists(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisVcHandle,
  NetBufferLists: NET_BUFFER_LIST,
  listCount: number,
  SendFlags: number,
): void {
  const { verifying } = environment;
  if (verifying) checkIsVcHandle(environment, owner, handle);
  const vc = resolveVc(environment, handle, owner);
  if (vc === null) return;
  if (!vc.maySend) {
    environment.misuse(
      ruleAgainstSending(vc),
      owner,
      `NdisCoSendNetBufferLists on ${vc.traceName} in state ${vc.state}: legal in CONN`,
      vc,
    );
    completeUnsent(vc, NetBufferLists, NDIS_STATUS_VC_NOT_ACTIVATED);
    return;
  }
  if (verifying && !mayBeSent(vc, NetBufferLists, owner)) return;
  if (vc.binding.state !== "Running") {
    completeUnsent(vc, NetBufferLists, NDIS_STATUS_PAUSED);
    return;
  }
  if (verifying) takeSent(vc, NetBufferLists);
  const { sendsOutstanding } = vc;
  vc.sendsOutstanding = sendsOutstanding + listCount;
  vc.binding.sendsOutstanding += listCount;
  vc.adapter.sendsOutstanding += listCount;
  environment.live.sentNetBufferLists += listCount;
  if ((SendFlags & NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK) !== 0) loopBack(vc, NetBufferLists, listCount, SendFlags);
  const { co } = vc.adapter.driver;
  co?.CoSendNetBufferListsHandler?.(vc.miniportContext, NetBufferLists, SendFlags);
  if (verifying && vc.adapter.surpriseRemoved) checkIsSentBack(vc, sendsOutstanding);
}

/**
 * NdisMCoSendNetBufferListsComplete: gives the lists back to the client that sent them (SND-06, SND-10).
 * @param listCount how many lists there are, which has been looked at already.
 */
export function sendNetBufferListsComplete(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisVcHandle,
  NetBufferLists: NET_BUFFER_LIST,
  listCount: number,
  SendCompleteFlags: number,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null) return;
  if (environment.verifying) {
    if (!mayBeCompleted(vc, NetBufferLists, owner)) return;
    giveBackSent(vc, NetBufferLists);
  }
  if (listCount > vc.sendsOutstanding) {
    const message = `${listCount} lists completed on ${vc.traceName}, which has ${vc.sendsOutstanding} out`;
    environment.misuse("SND-09", owner, message, vc);
    return;
  }
  const { adapter, binding } = vc;
  vc.sendsOutstanding -= listCount;
  binding.sendsOutstanding -= listCount;
  adapter.sendsOutstanding -= listCount;
  if (adapter.sendsDone !== null && adapter.sendsOutstanding === 0) adapter.sendsDone.set();
  environment.live.sentNetBufferLists -= listCount;
  binding.co?.CoSendNetBufferListsCompleteHandler(vc.clientContext, NetBufferLists, SendCompleteFlags);
  if (binding.closePending) finishCloseWhenQuiet(binding);
}

/** NdisCancelSendNetBufferLists: asks the miniport for the lists with this cancel ID, which it completes with SEND_ABORTED (SND-15). */
export function cancelSendNetBufferLists(binding: Binding, CancelId: PVOID): void {
  const { adapter } = binding;
  adapter.driver.characteristics.CancelSendHandler?.(adapter.context, CancelId);
}

/** SND-16: a miniport whose NIC is gone completes what it is given at once. */
function checkIsSentBack(vc: Vc, before: number): void {
  const { adapter, environment, sendsOutstanding } = vc;
  if (sendsOutstanding <= before) return;
  const kept = sendsOutstanding - before;
  const message = `${adapter.driver.name} keeps ${kept} lists sent on ${vc.traceName} after the surprise removal of its NIC`;
  environment.misuse("SND-16", adapter.driver.name, message, vc);
}

/** PTY-16: it is the VC that carries data, not a party. */
function checkIsVcHandle(environment: NdisEnvironment, owner: string, handle: unknown): void {
  if (handle instanceof Party)
    environment.misuse("PTY-16", owner, `NdisCoSendNetBufferLists with the handle of ${handle.traceName}`, handle);
}

/** CLS-17 from the incoming close on, CLS-02 from NdisClCloseCall on, CLS-12 when the call manager has its VC again; else SND-14. */
function ruleAgainstSending(vc: Vc): string {
  const { state, ended, kind } = vc;
  if (kind === "own") return "ACT-13";
  if (state === "RCLOSE") return "CLS-17";
  if (state === "CLOSE" || state === "CLOSEI") return "CLS-02";
  if (ended !== "closed") return "SND-14";
  return kind === "call-manager" ? "CLS-12" : "CLS-02";
}

/**
 * NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK: the sender's own binding receives what it sends (SND-11). A VC has no receive filter, so that all
 * of it matches; the lists are lent, as they are the sender's.
 */
function loopBack(vc: Vc, lists: NET_BUFFER_LIST, listCount: number, sendFlags: number): void {
  const atDispatch = (sendFlags & NDIS_SEND_FLAGS_DISPATCH_LEVEL) !== 0 ? NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL : 0;
  vc.binding.co?.CoReceiveNetBufferListsHandler(
    vc.binding.context,
    vc.clientContext,
    lists,
    listCount,
    NDIS_RECEIVE_FLAGS_RESOURCES | atDispatch,
  );
}

/** Hands lists that never reached the miniport back to their sender. */
function completeUnsent(vc: Vc, lists: NET_BUFFER_LIST, status: NDIS_STATUS_FINAL): void {
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) list.Status = status;
  vc.binding.co?.CoSendNetBufferListsCompleteHandler(vc.clientContext, lists, 0);
}
