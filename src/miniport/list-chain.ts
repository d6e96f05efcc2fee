import type { NET_BUFFER_LIST } from "../ndis/index.ts";

/** NET_BUFFER_LISTs in order, linked by Next. */
export class ListChain {
  first: NET_BUFFER_LIST | null = null;
  last: NET_BUFFER_LIST | null = null;
  count = 0;

  get isEmpty(): boolean {
    return this.last === null;
  }

  append(list: NET_BUFFER_LIST): void {
    if (this.last === null) this.first = list;
    else this.last.Next = list;
    this.last = list;
    this.count++;
  }

  clear(): void {
    this.first = null;
    this.last = null;
    this.count = 0;
  }
}
