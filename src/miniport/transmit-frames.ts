import { TRANSMIT_STATUS } from "../device/datasheet/index.ts";
import type { NDIS_STATUS_FINAL, NET_BUFFER, NET_BUFFER_LIST } from "../ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_MEDIA_DISCONNECTED,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_PAUSED,
  NDIS_STATUS_SEND_ABORTED,
  NDIS_STATUS_SUCCESS,
  NDIS_STATUS_VC_NOT_ACTIVATED,
} from "../ndis/index.ts";
import type { MiniportLibrary } from "./library.ts";

/** The status of a send by the TRANSMIT_STATUS that the NIC reports. */
export const STATUS_OF_COMPLETION: readonly NDIS_STATUS_FINAL[] = (() => {
  const statuses: NDIS_STATUS_FINAL[] = [];
  statuses[TRANSMIT_STATUS.OK] = NDIS_STATUS_SUCCESS;
  statuses[TRANSMIT_STATUS.VC_NOT_OPEN] = NDIS_STATUS_VC_NOT_ACTIVATED;
  statuses[TRANSMIT_STATUS.BAD_LENGTH] = NDIS_STATUS_FAILURE;
  statuses[TRANSMIT_STATUS.DMA_REFUSED] = NDIS_STATUS_FAILURE;
  statuses[TRANSMIT_STATUS.LINK_DOWN] = NDIS_STATUS_MEDIA_DISCONNECTED;
  statuses[TRANSMIT_STATUS.ABORTED] = NDIS_STATUS_SEND_ABORTED;
  return statuses;
})();

/** How many descriptors a buffer takes: the MDLs that its data lies in. */
function piecesOf(buffer: NET_BUFFER): number {
  let left = buffer.CurrentMdlOffset + buffer.DataLength;
  let pieces = 0;
  for (let mdl = buffer.CurrentMdl; mdl !== null && left > 0; mdl = mdl.Next) {
    pieces++;
    left -= mdl.ByteCount;
  }
  return pieces;
}

/** Copies the data of a buffer to `address`, piece by piece. @returns false when its MDLs end before its data. */
export function copyFrame(ndis: MiniportLibrary, buffer: NET_BUFFER, address: number): boolean {
  const length = buffer.DataLength;
  let copied = 0;
  let offset = buffer.CurrentMdlOffset;
  for (let mdl = buffer.CurrentMdl; mdl !== null && copied < length; mdl = mdl.Next) {
    const piece = Math.min(mdl.ByteCount - offset, length - copied);
    if (piece > 0) ndis.NdisMoveMemory(address + copied, mdl.MappedSystemVa + offset, piece);
    copied += Math.max(0, piece);
    offset = 0;
  }
  return copied >= length;
}

/** Why a list is not taken: the NIC is gone, the adapter pauses, or the VC is not open on the NIC (SND-16). */
export function refusal(isRemoved: boolean, paused: boolean): NDIS_STATUS_FINAL {
  if (isRemoved) return NDIS_STATUS_NOT_ACCEPTED;
  return paused ? NDIS_STATUS_PAUSED : NDIS_STATUS_VC_NOT_ACTIVATED;
}

/** How many ring entries a list takes: one for a frame that is short enough to be copied, else one for every piece. */
export function entriesFor(list: NET_BUFFER_LIST, copiedBytes: number): number {
  let needed = 0;
  for (let buffer = list.FirstNetBuffer; buffer !== null; buffer = buffer.Next)
    needed += buffer.DataLength <= copiedBytes ? 1 : piecesOf(buffer);
  return needed;
}
