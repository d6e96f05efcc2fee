import type { Binding } from "../binding/binding.ts";
import { finishCloseWhenQuiet } from "../binding/open-close.ts";
import { NDIS_RECEIVE_FLAGS_RESOURCES } from "../ddi/constants/transfer-flags.ts";
import type { NdisVcHandle } from "../ddi/handles.ts";
import type { NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { NdisEnvironment } from "../environment.ts";
import { resolveVc, Vc } from "../vc/vc.ts";
import { countLists } from "./send.ts";

/** NdisMCoIndicateReceiveNetBufferLists: delivers to the client that shares the VC, and to nobody else (RCV-02, RCV-13). */
export function indicateReceive(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisVcHandle,
  NetBufferLists: NET_BUFFER_LIST,
  NumberOfNetBufferLists: number,
  CoReceiveFlags: number,
): void {
  const vc = resolveVc(environment, handle, owner);
  if (vc === null) return;
  const { binding, adapter } = vc;
  const owned = (CoReceiveFlags & NDIS_RECEIVE_FLAGS_RESOURCES) === 0;
  if (
    !vc.mayReceive ||
    (adapter.state !== "Running" && adapter.state !== "Pausing" && adapter.state !== "Restarting")
  ) {
    environment.misuse(
      "RCV-10",
      owner,
      `receive indicated on ${vc.traceName} (state ${vc.state}, ${vc.active ? "active" : "inactive"}, adapter ${adapter.state})`,
    );
    if (owned) adapter.driver.characteristics.ReturnNetBufferListsHandler?.(adapter.context, NetBufferLists, 0);
    return;
  }
  if (environment.verifying) checkIndication(vc, NetBufferLists, NumberOfNetBufferLists, owner);
  if (owned) {
    vc.indicatedOutstanding += NumberOfNetBufferLists;
    binding.indicatedOutstanding += NumberOfNetBufferLists;
    adapter.indicatedOutstanding += NumberOfNetBufferLists;
    environment.live.indicatedNetBufferLists += NumberOfNetBufferLists;
  }
  binding.co?.CoReceiveNetBufferListsHandler(
    binding.context,
    vc.clientContext,
    NetBufferLists,
    NumberOfNetBufferLists,
    CoReceiveFlags,
  );
}

/** NdisReturnNetBufferLists: gives lists back to the miniport, in any order and mixed (RCV-04, RCV-08). */
export function returnNetBufferLists(
  environment: NdisEnvironment,
  owner: string,
  binding: Binding,
  NetBufferLists: NET_BUFFER_LIST,
  ReturnFlags: number,
): void {
  let count = 0;
  let vc: Vc | null = null;
  for (let list: NET_BUFFER_LIST | null = NetBufferLists; list !== null; list = list.Next) {
    const source: unknown = list.SourceHandle;
    // Most lists come from the VC of the one before.
    if (source !== vc) vc = source instanceof Vc && source.binding === binding ? source : null;
    if (vc === null || vc.indicatedOutstanding === 0) {
      environment.misuse(
        "RCV-04",
        owner,
        "a returned NET_BUFFER_LIST was not indicated on this binding, or was returned already",
      );
      return;
    }
    vc.indicatedOutstanding--;
    count++;
  }
  const { adapter } = binding;
  binding.indicatedOutstanding -= count;
  adapter.indicatedOutstanding -= count;
  environment.live.indicatedNetBufferLists -= count;
  adapter.driver.characteristics.ReturnNetBufferListsHandler?.(adapter.context, NetBufferLists, ReturnFlags);
  if (binding.closePending) finishCloseWhenQuiet(binding);
}

function checkIndication(vc: Vc, lists: NET_BUFFER_LIST, expected: number, owner: string): void {
  const { environment } = vc;
  const count = countLists(lists);
  if (count !== expected)
    environment.misuse("RCV-03", owner, `NumberOfNetBufferLists is ${expected}, the list has ${count}`);
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
    const source: unknown = list.SourceHandle;
    if (source !== vc)
      environment.misuse(
        "RCV-01",
        owner,
        `SourceHandle of a NET_BUFFER_LIST indicated on ${vc.traceName} is not its VC handle`,
      );
  }
}
