import type { Binding } from "../binding/binding.ts";
import { finishCloseWhenQuiet } from "../binding/open-close.ts";
import { NDIS_RECEIVE_FLAGS_RESOURCES } from "../ddi/constants/transfer-flags.ts";
import type { NdisVcHandle } from "../ddi/handles.ts";
import { NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { NdisEnvironment } from "../environment.ts";
import { resolveVc, Vc } from "../vc/vc.ts";
import { chainLength } from "./chain.ts";
import { endLoan, giveBackIndicated, listsOf, mayBeIndicated, takeIndicated } from "./verified-lists.ts";

/**
 * NdisMCoIndicateReceiveNetBufferLists: delivers to the client that shares the VC, and to nobody else (RCV-02, RCV-13).
 * @param listCount how many lists there are; with the verifier off what the miniport says, NumberOfNetBufferLists.
 */
export function indicateReceive(
  environment: NdisEnvironment,
  owner: string,
  handle: NdisVcHandle,
  NetBufferLists: NET_BUFFER_LIST,
  listCount: number,
  NumberOfNetBufferLists: number,
  CoReceiveFlags: number,
): void {
  const vc = resolveVc(environment, handle, owner, "VC-15");
  if (vc === null) return;
  const { binding, adapter } = vc;
  const owned = (CoReceiveFlags & NDIS_RECEIVE_FLAGS_RESOURCES) === 0;
  if (
    !vc.mayReceive ||
    (adapter.state !== "Running" && adapter.state !== "Pausing" && adapter.state !== "Restarting")
  ) {
    const how = `state ${vc.state}, ${vc.active ? "active" : "inactive"}, adapter ${adapter.state}`;
    environment.misuse(ruleOfReceive(vc), owner, `receive indicated on ${vc.traceName} (${how})`, vc);
    if (owned) adapter.driver.characteristics.ReturnNetBufferListsHandler?.(adapter.context, NetBufferLists, 0);
    return;
  }
  const { verifying } = environment;
  if (verifying) {
    if (!mayBeIndicated(vc, NetBufferLists, owner)) return;
    if (listCount !== NumberOfNetBufferLists) {
      const message = `NumberOfNetBufferLists is ${NumberOfNetBufferLists}, the list has ${listCount}`;
      environment.misuse("RCV-03", owner, message, vc);
    }
    takeIndicated(vc, NetBufferLists, owned);
  }
  if (owned) {
    vc.indicatedOutstanding += listCount;
    binding.indicatedOutstanding += listCount;
    adapter.indicatedOutstanding += listCount;
    environment.live.indicatedNetBufferLists += listCount;
  }
  const lent = verifying && !owned ? listsOf(NetBufferLists) : null;
  binding.co?.CoReceiveNetBufferListsHandler(
    binding.context,
    vc.clientContext,
    NetBufferLists,
    NumberOfNetBufferLists,
    CoReceiveFlags,
  );
  if (lent !== null) endLoan(lent);
}

/** Data end with the deactivation (ACT-18), and those of a call begin after its activation (ACT-01). */
function ruleOfReceive({ active, activations, state, adapter }: Vc): string {
  if (!active && activations > 0) return "ACT-18";
  const hasCall = state === "DIAL" || state === "OFFER" || state === "ACC";
  return !active && hasCall && adapter.driver.callManager !== null ? "ACT-01" : "RCV-10";
}

/** NdisReturnNetBufferLists: gives lists back to the miniport, in any order and mixed (RCV-04, RCV-08). */
export function returnNetBufferLists(
  environment: NdisEnvironment,
  owner: string,
  binding: Binding,
  NetBufferLists: NET_BUFFER_LIST,
  ReturnFlags: number,
): void {
  if (!environment.verifying && typeof ReturnFlags === "number") {
    const count = takeBack(binding, NetBufferLists);
    if (count > 0) {
      passBack(binding, NetBufferLists, count, ReturnFlags);
      return;
    }
  }
  if (chainLength(environment, owner, "NdisReturnNetBufferLists", NetBufferLists, ReturnFlags) > 0)
    returnGoodOnes(binding, NetBufferLists, ReturnFlags, owner);
}

/** Counts the lists of a chain as returned. @returns how many there are; 0, and nothing is counted, when one of them must not be. */
function takeBack(binding: Binding, chain: NET_BUFFER_LIST): number {
  let list: NET_BUFFER_LIST | null = chain;
  let count = 0;
  let vc: Vc | null = null;
  // Of a chain that runs into itself some VC has not so many out.
  for (; list instanceof NET_BUFFER_LIST; list = list.Next) {
    const source: unknown = list.SourceHandle;
    // Most lists come from the VC of the one before.
    if (source !== vc) vc = source instanceof Vc && source.binding === binding ? source : null;
    if (vc === null || vc.indicatedOutstanding === 0) break;
    vc.indicatedOutstanding--;
    count++;
  }
  if (list === null) return count;
  countAgain(binding, chain, count);
  return 0;
}

/** Takes back that the first `count` lists of a chain were counted as returned. */
function countAgain(binding: Binding, chain: NET_BUFFER_LIST, count: number): void {
  let list: NET_BUFFER_LIST | null = chain;
  for (let i = 0; i < count && list !== null; i++) {
    const source: unknown = list.SourceHandle;
    if (source instanceof Vc && source.binding === binding) source.indicatedOutstanding++;
    list = list.Next;
  }
}

/** Returns a chain list by list. One that must not be returned is taken out of the chain and left alone. */
function returnGoodOnes(binding: Binding, chain: NET_BUFFER_LIST, flags: number, owner: string): void {
  const good: NET_BUFFER_LIST[] = [];
  const seen = new Set<NET_BUFFER_LIST>();
  for (let list: NET_BUFFER_LIST | null = chain; list !== null; list = list.Next) {
    if (seen.has(list)) {
      binding.environment.misuse("RCV-04", owner, "a NET_BUFFER_LIST is twice in a chain that is returned");
      break;
    }
    seen.add(list);
    const vc = indicatedOn(binding, list, owner);
    if (vc === null) continue;
    vc.indicatedOutstanding--;
    good.push(list);
  }
  good.forEach((list, index) => {
    list.Next = good[index + 1] ?? null;
  });
  const [head] = good;
  if (head !== undefined) passBack(binding, head, good.length, flags);
}

/** The VC that a list was indicated on, null (and a violation) when it must not be returned. Without the verifier NDIS has counts only. */
function indicatedOn(binding: Binding, list: NET_BUFFER_LIST, owner: string): Vc | null {
  const { environment } = binding;
  if (environment.verifying) return giveBackIndicated(binding, list, owner);
  const source: unknown = list.SourceHandle;
  if (source instanceof Vc && source.binding === binding && source.indicatedOutstanding > 0) return source;
  environment.misuse(
    "RCV-04",
    owner,
    "a NET_BUFFER_LIST is returned that was not indicated on this binding, or is back",
  );
  return null;
}

function passBack(binding: Binding, lists: NET_BUFFER_LIST, count: number, flags: number): void {
  const { adapter, environment } = binding;
  binding.indicatedOutstanding -= count;
  adapter.indicatedOutstanding -= count;
  environment.live.indicatedNetBufferLists -= count;
  adapter.driver.characteristics.ReturnNetBufferListsHandler?.(adapter.context, lists, flags);
  if (binding.closePending) finishCloseWhenQuiet(binding);
}
