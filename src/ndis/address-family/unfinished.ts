import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { Sap } from "../sap/sap.ts";
import type { Unfinished } from "../verifier/request-watch.ts";
import type { AddressFamily } from "./address-family.ts";

/** Requests about address families and SAPs of an adapter that are pending, oldest address family first. */
export function unfinishedRequests(adapter: MiniportAdapter): readonly Unfinished[] {
  return [...adapter.openAddressFamilies].flatMap((af) => [...onAddressFamily(af), ...[...af.openSaps].flatMap(onSap)]);
}

function onAddressFamily(af: AddressFamily): readonly Unfinished[] {
  const { owner } = af.registration;
  const owed = (rule: string, who: string, what: string): Unfinished[] => [
    { rule, owner: who, message: `${af.traceName}: ${what}`, object: af, turn: af.moves, isAwaited: true },
  ];
  if (af.openPended) return owed("AF-18", owner, "the open that it pended was never completed");
  // AF-29: a close may wait for VCs and SAPs.
  if (af.closePended && af.vcs === 0 && af.openSaps.size === 0)
    return owed("AF-30", owner, "the close that it pended was never completed");
  if (af.notifyPended && af.state === "CLOSED")
    return owed("AF-36", af.binding.protocol.name, "the close notification that it pended was never completed");
  return [];
}

function onSap(sap: Sap): readonly Unfinished[] {
  const { owner } = sap.addressFamily.registration;
  const owed = (rule: string, what: string): Unfinished[] => [
    { rule, owner, message: `${sap.traceName}: ${what}`, object: sap, turn: sap.moves, isAwaited: true },
  ];
  if (sap.registerPended) return owed("SAP-05", "the registration that it pended was never completed");
  return sap.deregisterPended ? owed("SAP-13", "the deregistration that it pended was never completed") : [];
}
