import type { AddressFamily } from "../address-family/address-family.ts";
import type { NdisEnvironment } from "../environment.ts";
import type { Party } from "../party/party.ts";
import type { Vc } from "../vc/vc.ts";
import type { Unfinished } from "../verifier/request-watch.ts";

/** What a driver has to do still before a VC can go. */
export type UnfinishedCall = Unfinished<Vc | Party>;

const DELETED_IN_VAIN = "it was deleted while it had a call or was active, which fails, and not again after that";

type Owe = (rule: string, owner: string, what: string, object?: Vc | Party) => UnfinishedCall;

/** What is owed on every VC that `isMeant`, oldest VC first; nothing is known with the verifier off. */
export function unfinished(environment: NdisEnvironment, isMeant: (vc: Vc) => boolean): readonly UnfinishedCall[] {
  const found: UnfinishedCall[] = [];
  for (const vc of environment.verifier?.vcs ?? []) {
    const owed = isMeant(vc) ? unfinishedOn(vc) : null;
    if (owed !== null) found.push(owed);
  }
  return found;
}

/** Reports who keeps the VCs that `isMeant` from being deleted: they are in the way of a close that is asked for now (MEM-02). */
export function reportUnfinished(environment: NdisEnvironment, isMeant: (vc: Vc) => boolean): void {
  for (const { rule, owner, message, object } of unfinished(environment, isMeant))
    environment.misuse(rule, owner, message, object);
}

/** The first thing that has to happen: everything else waits for it. */
function unfinishedOn(vc: Vc): UnfinishedCall | null {
  const client = vc.binding.protocol.name;
  const miniport = vc.adapter.driver.name;
  const callManager = vc.addressFamily?.registration.owner ?? client;
  const owe =
    (isAwaited: boolean): Owe =>
    (rule, owner, what, object = vc) => ({
      rule,
      owner,
      message: `${object.traceName}: ${what}`,
      object,
      turn: object.moves,
      isAwaited,
    });
  const owed = owe(true);
  if (vc.indicatedOutstanding > 0)
    return owe(vc.closeCallPended || vc.deactivatePended)(
      "RCV-04",
      client,
      `${vc.indicatedOutstanding} NET_BUFFER_LISTs were never returned`,
    );
  if (vc.activatePended) return owed("ACT-14", miniport, "the activation that it pended was never completed");
  if (vc.deactivatePended) return owed("ACT-21", miniport, "the deactivation that it pended was never completed");
  if (vc.addressFamily === null) return null;
  if (vc.makeCallPended) return owed("OUT-07", callManager, "the make-call that it pended was never completed");
  if (vc.incomingCallPended) return owed("INC-05", client, "the offer that it pended was never answered");
  if (vc.closeCallPended) return owed("CLS-09", callManager, "the close-call that it pended was never completed");
  if (vc.modifyPended) return owed("QOS-05", callManager, "the change of QoS that it pended was never completed");
  for (const party of vc.parties ?? []) {
    if (party.addPended) return owed("PTY-05", callManager, "the addition that it pended was never completed", party);
    if (party.dropPended) return owed("PTY-12", callManager, "the drop that it pended was never completed", party);
    if (party.state === "RDROP" && vc.state === "CONN")
      return owed("PTY-14", client, "its incoming drop was never answered", party);
  }
  const left =
    awaitedOnCall(vc, client, callManager, owed) ??
    leftOfCall(vc, client, callManager, owe(isInTheWay(vc.addressFamily)));
  const creator = vc.kind === "client" ? client : callManager;
  if (left === null || left.owner !== creator || !vc.deletionRefused) return left;
  return owe(left.isAwaited)("VC-17", creator, DELETED_IN_VAIN);
}

/** Whether a VC that is left keeps somebody waiting: its address family closes, or a protocol that unbinds has to end it before. */
function isInTheWay({ closePended, binding, registration }: AddressFamily): boolean {
  return closePended || binding.state === "Closing" || registration.binding?.state === "Closing";
}

/** What the other side waits for. */
function awaitedOnCall(vc: Vc, client: string, callManager: string, owed: Owe): UnfinishedCall | null {
  switch (vc.state) {
    case "RCLOSE":
      return owed("CLS-16", client, "its incoming close was never answered with NdisClCloseCall");
    case "POST":
      return owed("CLS-08", callManager, "it was never deactivated after its call");
    case "ACC":
      return owed("INC-15", callManager, "its call was accepted, and neither reported as connected nor as closed");
    default:
      return null;
  }
}

/** What may stay for as long as its driver likes, but not longer than the address family. */
function leftOfCall(vc: Vc, client: string, callManager: string, owed: Owe): UnfinishedCall | null {
  const byMcm = vc.addressFamily?.registration.binding === null;
  switch (vc.state) {
    case "CONN":
      if (vc.parties !== null) return owed("PTY-08", client, `its ${vc.parties.length} parties were never dropped`);
      return vc.kind === "client" && vc.deletionRefused ? owed("VC-17", client, DELETED_IN_VAIN) : null;
    case "IDLE":
      if (vc.ended === "failed") return owed("OUT-18", client, "it was never deleted after its call failed");
      if (vc.ended === "closed") return owed("CLS-11", client, "it was never deleted after its call");
      return null;
    case "ACT":
    case "DONE":
    case "MADE":
      if (vc.ended === "rejected") return owed("INC-14", callManager, "it was never deleted after the rejection");
      if (vc.ended === "closed" && byMcm) return owed("CLS-20", callManager, "it was never deleted after its call");
      return owed("MEM-02", callManager, "it was never deleted");
    default:
      return null;
  }
}
