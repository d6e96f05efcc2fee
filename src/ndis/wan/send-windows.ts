import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { Vc } from "../vc/vc.ts";

/** How many sends CoNDIS WAN miniports take at a time: MaxSendWindow of the adapter, until SendWindow of the VC comes (WAN-09). */
export class SendWindows {
  readonly #windows = new WeakMap<object, number>();
  #isInUse = false;

  announce(of: MiniportAdapter | Vc, lists: number): void {
    this.#windows.set(of, lists);
    this.#isInUse = true;
  }

  /** NdisCoSendNetBufferLists, before anything is sent. */
  check(vc: unknown, lists: NET_BUFFER_LIST | null, owner: string): void {
    if (!this.#isInUse || typeof vc !== "object" || vc === null || !("adapter" in vc)) return;
    const { adapter, sendsOutstanding, environment, traceName } = vc as Vc;
    const window = this.#windows.get(vc) ?? this.#windows.get(adapter);
    if (window === undefined) return;
    let count = sendsOutstanding;
    for (let list = lists; list !== null; list = list.Next) count++;
    if (count > window)
      environment.misuse("WAN-09", owner, `${count} sends out on ${traceName}, whose send window is ${window}`);
  }
}
