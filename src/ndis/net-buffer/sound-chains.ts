import { MDL, NET_BUFFER } from "../ddi/structures/net-buffer.ts";

/*
 * Drivers chain NET_BUFFERs and MDLs by themselves, and write lengths and addresses into them. What walks a chain looks first whether it
 * is one: that every member is what it should be, and that it ends.
 */

interface Chained {
  Next: Chained | null;
}

/** Whether a chain of members that `isMember` knows ends; one that runs into itself meets the mark, which moves on in ever longer strides (Brent). */
function ends(first: Chained | null, isMember: (member: unknown) => boolean): boolean {
  let mark: Chained | null = null;
  let left = 1;
  let stride = 1;
  let member: Chained | null = first;
  while (member !== null) {
    if (!isMember(member) || member === mark) return false;
    if (--left === 0) {
      mark = member;
      stride *= 2;
      left = stride;
    }
    member = member.Next;
  }
  return true;
}

const isNetBuffer = (member: unknown): boolean => member instanceof NET_BUFFER;

const isMdl = (member: unknown): boolean =>
  member instanceof MDL && isByteCount(member.ByteCount) && Number.isSafeInteger(member.MappedSystemVa);

function isByteCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether `first` starts a chain of NET_BUFFERs; null is an empty one. */
export function isNetBufferChain(first: NET_BUFFER | null): boolean {
  return ends(first, isNetBuffer);
}

/** Whether `first` starts a chain of MDLs with lengths and addresses; null is an empty one. */
export function isMdlChain(first: MDL | null): boolean {
  return first === null || (isMdl(first) && (first.Next === null || ends(first, isMdl)));
}

/** Whether a NET_BUFFER says where its data is. */
export function describesData(netBuffer: Readonly<NET_BUFFER>): boolean {
  const { CurrentMdl, MdlChain, CurrentMdlOffset, DataOffset, DataLength } = netBuffer;
  return (
    isByteCount(CurrentMdlOffset) &&
    isByteCount(DataOffset) &&
    isByteCount(DataLength) &&
    isMdlChain(MdlChain) &&
    (CurrentMdl === MdlChain || isMdlChain(CurrentMdl))
  );
}
