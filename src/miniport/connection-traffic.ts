import { VC_SERVICE } from "../device/datasheet/index.ts";
import type { CO_CALL_PARAMETERS, NDIS_STATUS_FINAL } from "../ndis/index.ts";
import {
  AAL_TYPE_AAL5,
  ATM_SERVICE_CATEGORY_CBR,
  ATM_SERVICE_CATEGORY_UBR,
  ATM_SERVICE_CATEGORY_VBR,
  atmMediaParameters,
  NDIS_STATUS_INVALID_DATA,
  RECEIVE_VC,
  ROUND_DOWN_FLOW,
  TRANSMIT_VC,
} from "../ndis/index.ts";
import type { ConnectionTraffic } from "./vc-commands.ts";

const LONGEST_SDU_BYTES = 65_535;
const HIGHEST_VPI = 255;
const HIGHEST_VCI = 65_535;
const LONGEST_BURST_CELLS = 65_535;

/** Guaranteed rates are shaped, best effort only below the line rate. */
export function connectionTraffic(
  isBestEffort: boolean,
  peakCellRate: number,
  maximumReceiveSduBytes: number,
  lineCellRate: number,
): ConnectionTraffic {
  const isShaped = !isBestEffort || peakCellRate < lineCellRate;
  return {
    service: isBestEffort ? VC_SERVICE.UBR : VC_SERVICE.CBR,
    peakCellRate: isShaped ? peakCellRate : 0,
    sustainableCellRate: 0,
    maximumBurstSize: 0,
    maximumReceiveSduBytes,
  };
}

/** What MiniportCoActivateVc asks of the NIC. */
export interface Activation {
  readonly vpi: number;
  readonly vci: number;
  readonly traffic: ConnectionTraffic;
}

/**
 * Reads the miniport's part of call parameters, or INVALID_DATA for what the NIC cannot do (ACT-09). A guaranteed rate above the
 * line's is brought down to it, and reported, where ROUND_DOWN_FLOW allows that (ACT-11).
 */
export function readActivation(parameters: CO_CALL_PARAMETERS, lineCellRate: number): Activation | NDIS_STATUS_FINAL {
  const media = atmMediaParameters(parameters);
  const flags = parameters.MediaParameters?.Flags ?? 0;
  if (media === null || (flags & (TRANSMIT_VC | RECEIVE_VC)) === 0) return NDIS_STATUS_INVALID_DATA;
  const { Vpi: vpi, Vci: vci } = media.ConnectionId;
  const { Transmit, Receive } = media;
  if (media.AALType !== AAL_TYPE_AAL5 || !isWithin(vpi, 0, HIGHEST_VPI) || !isWithin(vci, 1, HIGHEST_VCI))
    return NDIS_STATUS_INVALID_DATA;
  if (!isWithin(Transmit.MaxSduSize, 0, LONGEST_SDU_BYTES) || !isWithin(Receive.MaxSduSize, 0, LONGEST_SDU_BYTES))
    return NDIS_STATUS_INVALID_DATA;
  if (!isWithin(Transmit.PeakCellRate, 0, Number.MAX_SAFE_INTEGER)) return NDIS_STATUS_INVALID_DATA;
  const category = Transmit.ServiceCategory;
  if (category !== ATM_SERVICE_CATEGORY_UBR) {
    if (category !== ATM_SERVICE_CATEGORY_CBR && category !== ATM_SERVICE_CATEGORY_VBR) return NDIS_STATUS_INVALID_DATA;
    if (Transmit.PeakCellRate === 0) return NDIS_STATUS_INVALID_DATA;
    if (Transmit.PeakCellRate > lineCellRate) {
      if ((flags & ROUND_DOWN_FLOW) === 0) return NDIS_STATUS_INVALID_DATA;
      Transmit.PeakCellRate = lineCellRate;
    }
  }
  const sduBytes = Receive.MaxSduSize > 0 ? Receive.MaxSduSize : LONGEST_SDU_BYTES;
  const isBestEffort = category === ATM_SERVICE_CATEGORY_UBR;
  const traffic = connectionTraffic(isBestEffort, Transmit.PeakCellRate, sduBytes, lineCellRate);
  if (category !== ATM_SERVICE_CATEGORY_VBR) return { vpi, vci, traffic };
  const { AverageCellRate, BurstLengthCells } = Transmit;
  if (!isWithin(AverageCellRate, 1, Transmit.PeakCellRate) || !isWithin(BurstLengthCells, 0, LONGEST_BURST_CELLS))
    return NDIS_STATUS_INVALID_DATA;
  const variable = { service: VC_SERVICE.VBR, sustainableCellRate: AverageCellRate };
  return { vpi, vci, traffic: { ...traffic, ...variable, maximumBurstSize: BurstLengthCells } };
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
