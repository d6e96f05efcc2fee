import type { Binding } from "../binding/binding.ts";
import { isPending } from "../ddi/status.ts";
import type { NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { Vc } from "../vc/vc.ts";
import type { ListCustody } from "../verifier/list-custody.ts";
import { custodyOf } from "../verifier/list-custody.ts";
import { SendWatch } from "../verifier/send-watch.ts";

/*
 * The data path's checks of every list, for the verifier: whose it is, where it comes from, what became of it. Each function reports what
 * it finds; where a report is a warning only, what it says is ignored is left out.
 */

/** Lists that a protocol sends; false when the call is ignored because it holds one of them no longer (SND-03) or only for now (RCV-05). */
export function mayBeSent(vc: Vc, lists: NET_BUFFER_LIST, owner: string): boolean {
  const { environment, traceName } = vc;
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
    const source: unknown = list.SourceHandle;
    if (source !== vc)
      environment.misuse("SND-01", owner, `SourceHandle of a NET_BUFFER_LIST on ${traceName} is not its VC handle`, vc);
    if (!list.ndisAllocated) {
      const message = `a NET_BUFFER_LIST on ${traceName} is not allocated from an NDIS pool, or freed`;
      environment.misuse("SND-02", owner, message, vc);
    }
    const holder = list.ndisCustody?.holder ?? "owner";
    if (holder === "sent") {
      environment.misuse("SND-03", owner, `a NET_BUFFER_LIST on ${traceName} is sent before its send is complete`, vc);
      return false;
    }
    if (holder === "lent") {
      environment.misuse("RCV-05", owner, `a NET_BUFFER_LIST that is lent with RESOURCES is sent on ${traceName}`, vc);
      return false;
    }
  }
  return true;
}

/** The miniport has them now. */
export function takeSent(vc: Vc, lists: NET_BUFFER_LIST): void {
  const { adapter } = vc;
  adapter.sendWatch ??= new SendWatch(adapter);
  vc.environment.wanFrames.sent(vc, lists);
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
    const custody = custodyOf(list);
    custody.take(list, "sent", vc);
    adapter.sendWatch.add(custody);
  }
}

/** Lists that a miniport completes: it holds each (SND-06, SND-09), and gives it back as it was (SND-08, SND-10). */
export function mayBeCompleted(vc: Vc, lists: NET_BUFFER_LIST, owner: string): boolean {
  const { environment, traceName } = vc;
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
    const custody: ListCustody | null = list.ndisCustody;
    if (custody === null || custody.holder !== "sent" || custody.vc !== vc) {
      const again = custody !== null && custody.holder === "owner" && custody.before === "sent";
      const what = again ? "completed already" : `not sent on ${traceName}`;
      environment.misuse(again ? "SND-09" : "SND-06", owner, `a NET_BUFFER_LIST is completed that was ${what}`, vc);
      return false;
    }
    const source: unknown = list.SourceHandle;
    if (source !== vc) {
      const message = `SourceHandle of a NET_BUFFER_LIST completed on ${traceName} is not its VC handle any more`;
      environment.misuse("SND-10", owner, message, vc);
    }
    if (!custody.hasSameNetBuffers(list))
      environment.misuse("SND-08", owner, `a send on ${traceName} is completed with other NET_BUFFERs`, vc);
    if (!Number.isInteger(list.Status) || isPending(list.Status))
      environment.misuse("SND-06", owner, `Status of a NET_BUFFER_LIST completed on ${traceName} is final`, vc);
  }
  environment.wanFrames.completed(vc, lists, owner);
  return true;
}

/** The sender has them again. */
export function giveBackSent(vc: Vc, lists: NET_BUFFER_LIST): void {
  const { sendWatch } = vc.adapter;
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
    const custody = custodyOf(list);
    sendWatch?.remove(custody);
    custody.giveBack();
  }
}

/** Lists that a miniport indicates; false when the indication is ignored because a protocol has one of them still (RCV-06). */
export function mayBeIndicated(vc: Vc, lists: NET_BUFFER_LIST, owner: string): boolean {
  const { environment, traceName } = vc;
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) {
    const source: unknown = list.SourceHandle;
    if (source !== vc) {
      const message = `SourceHandle of a NET_BUFFER_LIST indicated on ${traceName} is not its VC handle`;
      environment.misuse("RCV-01", owner, message, vc);
    }
    const holder = list.ndisCustody?.holder ?? "owner";
    if (holder === "indicated" || holder === "lent") {
      const message = `a NET_BUFFER_LIST is indicated on ${traceName} before the last indication of it is over`;
      environment.misuse("RCV-06", owner, message, vc);
      return false;
    }
  }
  environment.wanFrames.indicated(vc, lists, owner);
  return true;
}

/** The protocol has them now: for keeps, or for as long as the indication takes. */
export function takeIndicated(vc: Vc, lists: NET_BUFFER_LIST, owned: boolean): void {
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next)
    custodyOf(list).take(list, owned ? "indicated" : "lent", vc);
}

/** The lists of a chain, to find those again that were lent after the borrower had the chain. */
export function listsOf(lists: NET_BUFFER_LIST): readonly NET_BUFFER_LIST[] {
  const all: NET_BUFFER_LIST[] = [];
  for (let list: NET_BUFFER_LIST | null = lists; list !== null; list = list.Next) all.push(list);
  return all;
}

/** With the end of the indication the miniport has its lists again (RCV-07). */
export function endLoan(lists: readonly NET_BUFFER_LIST[]): void {
  for (const list of lists) custodyOf(list).giveBack();
}

/**
 * A protocol returns a list: it was indicated on this binding, for keeps, and is not back yet (RCV-04, RCV-05).
 * @returns the VC that it was indicated on, or null when it stays where it is.
 */
export function giveBackIndicated(binding: Binding, list: NET_BUFFER_LIST, owner: string): Vc | null {
  const { ndisCustody: custody } = list;
  const { environment, traceName } = binding;
  if (custody?.holder === "indicated" && custody.vc?.binding === binding) {
    custody.giveBack();
    return custody.vc;
  }
  const borrowed = custody !== null && (custody.holder === "lent" || isLastOf(custody.holder, custody.before, "lent"));
  if (borrowed) {
    const message = `a NET_BUFFER_LIST is returned on ${traceName} that was indicated with RESOURCES`;
    environment.misuse("RCV-05", owner, message, custody.vc);
    return null;
  }
  const back = custody !== null && isLastOf(custody.holder, custody.before, "indicated");
  const what = back ? "returned already" : `not indicated on ${traceName}`;
  environment.misuse("RCV-04", owner, `a NET_BUFFER_LIST is returned that was ${what}`, custody?.vc ?? null);
  return null;
}

function isLastOf(holder: string, before: string, wanted: string): boolean {
  return holder === "owner" && before === wanted;
}
