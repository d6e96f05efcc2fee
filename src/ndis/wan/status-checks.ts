import type { MiniportAdapter } from "../adapter/adapter.ts";
import * as statuses from "../ddi/status.ts";
import type { NDIS_STATUS_INDICATION } from "../ddi/structures/indications.ts";
import type { Vc } from "../vc/vc.ts";

const OF_OTHER_WANS: ReadonlySet<number> = new Set([
  statuses.NDIS_STATUS_WAN_LINE_UP,
  statuses.NDIS_STATUS_WAN_LINE_DOWN,
  statuses.NDIS_STATUS_TAPI_INDICATION,
]);

const OF_VCS: ReadonlySet<number> = new Set([
  statuses.NDIS_STATUS_WAN_CO_LINKPARAMS,
  statuses.NDIS_STATUS_WAN_CO_MTULINKPARAMS,
  statuses.NDIS_STATUS_WAN_CO_FRAGMENT,
]);

/** NDIS 6.20, as MajorNdisVersion * 256 + MinorNdisVersion. */
const NDIS_6_20 = 0x614;
const SEND_WINDOW_OFFSET = 8;
const MTU_SEND_WINDOW_OFFSET = 12;

/** What the verifier sees of the statuses of CoNDIS WAN miniports (WAN-06, WAN-07). */
export function checkWanStatus(adapter: MiniportAdapter, vc: Vc | null, indication: NDIS_STATUS_INDICATION): void {
  const { environment, driver } = adapter;
  const { StatusCode } = indication;
  const name = statuses.statusName(StatusCode);
  if (OF_OTHER_WANS.has(StatusCode)) environment.misuse("WAN-06", driver.name, `${name} is not for CoNDIS WAN`);
  if (!OF_VCS.has(StatusCode)) return;
  if (vc === null) environment.misuse("WAN-07", driver.name, `${name} names its VC`);
  const isMtu = StatusCode === statuses.NDIS_STATUS_WAN_CO_MTULINKPARAMS;
  const { MajorNdisVersion, MinorNdisVersion } = driver.characteristics;
  if (isMtu && MajorNdisVersion * 256 + MinorNdisVersion < NDIS_6_20)
    environment.misuse("WAN-07", driver.name, `${name} is for drivers of NDIS 6.20 and later`);
  if (vc === null || StatusCode === statuses.NDIS_STATUS_WAN_CO_FRAGMENT) return;
  const window = sendWindowOf(indication, isMtu ? MTU_SEND_WINDOW_OFFSET : SEND_WINDOW_OFFSET);
  if (window !== null) environment.sendWindows.announce(vc, window);
}

function sendWindowOf({ StatusBuffer }: NDIS_STATUS_INDICATION, offset: number): number | null {
  const buffer: unknown = StatusBuffer;
  if (typeof buffer !== "object" || buffer === null) return null;
  if (!(buffer instanceof Uint8Array)) {
    const window: unknown = Reflect.get(buffer, "SendWindow");
    return typeof window === "number" ? window : null;
  }
  if (buffer.length < offset + 4) return null;
  return new DataView(buffer.buffer, buffer.byteOffset).getUint32(offset, true);
}
