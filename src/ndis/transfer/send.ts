import { finishCloseWhenQuiet } from "../binding/open-close.ts";
import type { NdisVcHandle } from "../ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_PAUSED, NDIS_STATUS_VC_NOT_ACTIVATED } from "../ddi/status.ts";
import type { NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Vc } from "../vc/vc.ts";
import { resolveVc } from "../vc/vc.ts";

/** NdisCoSendNetBufferLists: passes the lists on in their order (SND-04); only while the call is connected (SND-14). */
export function sendNetBufferLists(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisVcHandle,
  NetBufferLists: NET_BUFFER_LIST,
  SendFlags: number,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null) return;
  if (!vc.maySend) {
    environment.misuse(
      "SND-14",
      owner,
      `NdisCoSendNetBufferLists on ${vc.traceName} in state ${vc.state}: legal in CONN`,
    );
    completeUnsent(vc, NetBufferLists, NDIS_STATUS_VC_NOT_ACTIVATED);
    return;
  }
  if (environment.verifying) checkSource(vc, NetBufferLists, owner, "SND-01");
  if (vc.binding.state !== "Running") {
    completeUnsent(vc, NetBufferLists, NDIS_STATUS_PAUSED);
    return;
  }
  const count = countLists(NetBufferLists);
  vc.sendsOutstanding += count;
  vc.binding.sendsOutstanding += count;
  vc.adapter.sendsOutstanding += count;
  environment.live.sentNetBufferLists += count;
  const { co } = vc.adapter.driver;
  co?.CoSendNetBufferListsHandler?.(vc.miniportContext, NetBufferLists, SendFlags);
}

/** NdisMCoSendNetBufferListsComplete: gives the lists back to the client that sent them (SND-06, SND-10). */
export function sendNetBufferListsComplete(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisVcHandle,
  NetBufferLists: NET_BUFFER_LIST,
  SendCompleteFlags: number,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null) return;
  const count = countLists(NetBufferLists);
  if (count > vc.sendsOutstanding) {
    environment.misuse(
      "SND-09",
      owner,
      `${count} lists completed on ${vc.traceName}, which has ${vc.sendsOutstanding} out`,
    );
    return;
  }
  if (environment.verifying) checkSource(vc, NetBufferLists, owner, "SND-10");
  const { binding } = vc;
  vc.sendsOutstanding -= count;
  binding.sendsOutstanding -= count;
  vc.adapter.sendsOutstanding -= count;
  environment.live.sentNetBufferLists -= count;
  binding.co?.CoSendNetBufferListsCompleteHandler(vc.clientContext, NetBufferLists, SendCompleteFlags);
  if (binding.closePending) finishCloseWhenQuiet(binding);
}

/** Hands lists that never reached the miniport back to their sender. */
function completeUnsent(vc: Vc, lists: NET_BUFFER_LIST, status: NDIS_STATUS_FINAL): void {
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) list.Status = status;
  vc.binding.co?.CoSendNetBufferListsCompleteHandler(vc.clientContext, lists, 0);
}

function checkSource(vc: Vc, lists: NET_BUFFER_LIST, owner: string, rule: string): void {
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
    const source: unknown = list.SourceHandle;
    if (source !== vc)
      vc.environment.misuse(rule, owner, `SourceHandle of a NET_BUFFER_LIST on ${vc.traceName} is not its VC handle`);
    if (!list.ndisAllocated)
      vc.environment.misuse(
        "SND-02",
        owner,
        `a NET_BUFFER_LIST on ${vc.traceName} is not allocated from an NDIS pool, or freed`,
      );
  }
}

/** How many lists a chain has. */
export function countLists(lists: NET_BUFFER_LIST | null): number {
  let count = 0;
  for (let list = lists; list !== null; list = list.Next) count++;
  return count;
}
