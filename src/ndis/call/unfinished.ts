import type { NdisEnvironment } from "../environment.ts";
import type { Party } from "../party/party.ts";
import type { Vc } from "../vc/vc.ts";

/** What a driver has to do still before a VC can go, and the rule that says so. */
export interface Unfinished {
  readonly rule: string;
  /** The driver that owes it. */
  readonly owner: string;
  readonly message: string;
  /** The VC or the party. */
  readonly object: Vc | Party;
}

/** What is owed on every VC that `isMeant`, oldest VC first; nothing is known with the verifier off. */
export function unfinished(environment: NdisEnvironment, isMeant: (vc: Vc) => boolean): readonly Unfinished[] {
  const found: Unfinished[] = [];
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
function unfinishedOn(vc: Vc): Unfinished | null {
  if (vc.addressFamily === null) return null;
  const client = vc.binding.protocol.name;
  const { owner: callManager } = vc.addressFamily.registration;
  const owed = (rule: string, owner: string, what: string, object: Vc | Party = vc): Unfinished => {
    return { rule, owner, message: `${object.traceName}: ${what}`, object };
  };
  if (vc.indicatedOutstanding > 0)
    return owed("RCV-04", client, `${vc.indicatedOutstanding} NET_BUFFER_LISTs were never returned`);
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
  return unfinishedCall(vc, client, callManager, owed);
}

function unfinishedCall(
  vc: Vc,
  client: string,
  callManager: string,
  owed: (rule: string, owner: string, what: string) => Unfinished,
): Unfinished | null {
  const byMcm = vc.addressFamily?.registration.binding === null;
  switch (vc.state) {
    case "RCLOSE":
      return owed("CLS-16", client, "its incoming close was never answered with NdisClCloseCall");
    case "CONN":
      return vc.parties === null ? null : owed("PTY-08", client, `its ${vc.parties.length} parties were never dropped`);
    case "POST":
      return owed("CLS-08", callManager, "it was never deactivated after its call");
    case "IDLE":
      if (vc.ended === "failed") return owed("OUT-18", client, "it was never deleted after its call failed");
      if (vc.ended === "closed") return owed("CLS-11", client, "it was never deleted after its call");
      return null;
    case "ACC":
      return owed("INC-15", callManager, "its call was accepted, and neither reported as connected nor as closed");
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
