import type { NET_BUFFER_LIST } from "../ndis/index.ts";
import type { Connection } from "./connection.ts";
import type { MiniportLibrary } from "./library.ts";

/** Lists that are done, gathered by connection and given back to NDIS together (SND-06, SND-10). */
export class ReturnedSends {
  readonly #ndis: MiniportLibrary;
  readonly #drained: (connection: Connection) => void;
  /** Connections with lists to give back: so many at the head of an array that keeps its room. */
  readonly #touched: Connection[] = [];
  #touchedCount = 0;
  /** Lists of clients that have not been given back. */
  outstanding = 0;

  /** @param drained called when the last send of a connection that is not receiving any more has come back. */
  constructor(ndis: MiniportLibrary, drained: (connection: Connection) => void) {
    this.#ndis = ndis;
    this.#drained = drained;
  }

  /** So many lists of a client have come in. */
  expect(connection: Connection, count: number): void {
    connection.sendsOutstanding += count;
    this.outstanding += count;
  }

  /** A list is done; its Status is set. */
  add(connection: Connection, list: NET_BUFFER_LIST): void {
    if (connection.doneSends.isEmpty) this.#touched[this.#touchedCount++] = connection;
    connection.doneSends.append(list);
  }

  /**
   * Gives back what there is, and what is added meanwhile.
   * @param flags SendCompleteFlags: DISPATCH_LEVEL only where the caller knows that it is there (IRQ-08).
   */
  giveBack(flags: number): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      const connection = this.#touched[i];
      const { first: lists, count } = connection.doneSends;
      connection.doneSends.clear();
      connection.sendsOutstanding -= count;
      this.outstanding -= count;
      if (lists !== null && connection.ndisVcHandle !== null) {
        this.#ndis.NdisMCoSendNetBufferListsComplete(connection.ndisVcHandle, lists, flags);
      }
      if (connection.sendsOutstanding === 0 && !connection.receiving) this.#drained(connection);
    }
    this.#touchedCount = 0;
  }
}
