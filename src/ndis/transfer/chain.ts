import { NET_BUFFER_LIST } from "../ddi/structures/net-buffer.ts";
import type { NdisEnvironment } from "../environment.ts";
import { isNetBufferChain } from "../net-buffer/sound-chains.ts";

/*
 * What a driver hands over as a chain of NET_BUFFER_LISTs may be anything. The data path walks chains and adds up counts: here is
 * looked at what it may rely on, that every member is a list and that the chain ends.
 */

/** The rule that a chain breaks in which one list is twice, by what is done with it. */
const RING_RULES = {
  NdisCoSendNetBufferLists: "SND-03",
  NdisMCoSendNetBufferListsComplete: "SND-09",
  NdisMCoIndicateReceiveNetBufferLists: "RCV-06",
  NdisMIndicateReceiveNetBufferLists: "RCV-06",
  NdisReturnNetBufferLists: "RCV-04",
} as const;

/**
 * How many lists there are, when `lists` is a chain that ends and `flags` a number; 0 when not: a violation, and the call is to be
 * ignored. The one walk that the data path takes with the verifier off.
 */
export function chainLength(
  environment: NdisEnvironment,
  owner: string,
  call: keyof typeof RING_RULES,
  lists: NET_BUFFER_LIST,
  flags: number,
): number {
  let list: NET_BUFFER_LIST | null = lists;
  let count = 0;
  // Brent: a chain that runs into itself meets the mark, which moves on in ever longer strides.
  let mark: NET_BUFFER_LIST | null = null;
  let left = 1;
  let stride = 1;
  while (list instanceof NET_BUFFER_LIST) {
    if (list === mark) {
      // What of a returned chain is good goes back all the same: returnNetBufferLists looks at every list.
      if (call === "NdisReturnNetBufferLists") return typeof flags === "number" ? count : 0;
      environment.misuse(RING_RULES[call], owner, `${call} with a chain in which a NET_BUFFER_LIST is twice`);
      return 0;
    }
    if (environment.verifying && !isNetBufferChain(list.FirstNetBuffer)) {
      environment.misuse("NullCheck", owner, `${call} with a NET_BUFFER_LIST whose NET_BUFFERs are no chain`);
      return 0;
    }
    if (--left === 0) {
      mark = list;
      stride *= 2;
      left = stride;
    }
    count++;
    list = list.Next;
  }
  if (list === null && lists !== null && typeof flags === "number") return count;
  environment.misuse(
    "NullCheck",
    owner,
    `${call} with what is no chain of NET_BUFFER_LISTs, or flags that are no ULONG`,
  );
  return 0;
}

/** Whether a number of lists is one. */
export function isCount(environment: NdisEnvironment, owner: string, count: number): boolean {
  if (Number.isInteger(count) && count >= 0) return true;
  environment.misuse("NullCheck", owner, "NumberOfNetBufferLists is no ULONG");
  return false;
}
