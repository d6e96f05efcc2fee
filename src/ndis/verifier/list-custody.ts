import type { NET_BUFFER, NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { Vc } from "../vc/vc.ts";

/** In whose hands a NET_BUFFER_LIST is: its owner's, the miniport's that sends it, or the protocol's that it was indicated to. */
export type ListHolder = "owner" | "sent" | "indicated" | "lent";

/** What the verifier knows of one NET_BUFFER_LIST; made when the list is first sent or indicated, and kept with it. */
export class ListCustody {
  holder: ListHolder = "owner";
  /** Who held it before its owner. */
  before: ListHolder = "owner";
  vc: Vc | null = null;
  sinceNs = 0;
  /** Neighbours among the sends of the adapter, oldest first. */
  older: ListCustody | null = null;
  newer: ListCustody | null = null;
  #firstNetBuffer: NET_BUFFER | null = null;
  #lastNetBuffer: NET_BUFFER | null = null;
  #netBuffers = 0;

  take(list: NET_BUFFER_LIST, holder: ListHolder, vc: Vc): void {
    this.holder = holder;
    this.vc = vc;
    this.sinceNs = vc.environment.clock.nowNs;
    this.#firstNetBuffer = list.FirstNetBuffer;
    this.#netBuffers = 0;
    for (let netBuffer = list.FirstNetBuffer; netBuffer !== null; netBuffer = netBuffer.Next) {
      this.#netBuffers++;
      this.#lastNetBuffer = netBuffer;
    }
  }

  giveBack(): void {
    this.before = this.holder;
    this.holder = "owner";
  }

  /** Whether the list has the NET_BUFFERs that it had when it was taken. */
  hasSameNetBuffers(list: NET_BUFFER_LIST): boolean {
    if (list.FirstNetBuffer !== this.#firstNetBuffer) return false;
    let count = 0;
    let last: NET_BUFFER | null = null;
    for (let netBuffer = list.FirstNetBuffer; netBuffer !== null; netBuffer = netBuffer.Next) {
      if (++count > this.#netBuffers) return false;
      last = netBuffer;
    }
    return count === this.#netBuffers && (count === 0 || last === this.#lastNetBuffer);
  }
}

/** The custody of a list, made if there is none. */
export function custodyOf(list: NET_BUFFER_LIST): ListCustody {
  list.ndisCustody ??= new ListCustody();
  return list.ndisCustody;
}

/** The rule that freeing a list breaks now, or null: the miniport sends it (SND-03), or a protocol has not returned it yet (RCV-06). */
export function ruleAgainstFreeing(list: NET_BUFFER_LIST): string | null {
  const holder = list.ndisCustody?.holder ?? "owner";
  if (holder === "owner") return null;
  return holder === "sent" ? "SND-03" : "RCV-06";
}
