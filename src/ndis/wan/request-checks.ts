import type { MiniportAdapter } from "../adapter/adapter.ts";
import * as oids from "../ddi/constants/connection-oids.ts";
import { NDIS_MAC_OPTION_NO_LOOPBACK } from "../ddi/constants/driver-flags.ts";
import { NDIS_MEDIUM, NDIS_REQUEST_TYPE } from "../ddi/constants/enumerations.ts";
import { OID_GEN_CO_MAC_OPTIONS } from "../ddi/constants/general-oids.ts";
import { PPP_FRAMING } from "../ddi/constants/tapi-wan.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_INVALID_OID, NDIS_STATUS_NOT_SUPPORTED, NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";
import { oidOf, ulongAt, ulongMember } from "../oid/information-buffer.ts";
import type { OidPassage } from "../oid/passage.ts";
import { isForMiniport } from "../oid/passage.ts";

const INFO = ["MaxFrameSize", "MaxSendWindow", "FramingBits", "DesiredACCM"] as const;
const LINK_INFO = ["MaxSendFrameSize", "MaxRecvFrameSize", "SendFramingBits", "RecvFramingBits"] as const;
const STATISTICS = [
  "BytesSent",
  "BytesRcvd",
  "FramesSent",
  "FramesRcvd",
  "CRCErrors",
  "TimeoutErrors",
  "AlignmentErrors",
  "SerialOverrunErrors",
  "FramingErrors",
  "BufferOverrunErrors",
  "BytesTransmittedUncompressed",
  "BytesReceivedUncompressed",
  "BytesTransmittedCompressed",
  "BytesReceivedCompressed",
] as const;
const COMPRESSION_STATISTICS = STATISTICS.slice(10);

/** OIDs that every CoNDIS WAN miniport answers, and the rule that asks for it. */
const ANSWERED: ReadonlyMap<number, string> = new Map([
  [oids.OID_WAN_CO_GET_INFO, "WAN-04"],
  [oids.OID_WAN_CO_GET_LINK_INFO, "WAN-04"],
  [oids.OID_WAN_CO_SET_LINK_INFO, "WAN-04"],
  [oids.OID_WAN_PERMANENT_ADDRESS, "WAN-05"],
  [oids.OID_WAN_CURRENT_ADDRESS, "WAN-05"],
  [oids.OID_WAN_MEDIUM_SUBTYPE, "WAN-05"],
]);

/** What an adapter has said of itself so far. */
interface WanAdapterFacts {
  maximumFrameSize: number | null;
  framingBits: number | null;
  compresses: boolean | null;
  /** A statistic of compression that was not 0, as a message shows it. */
  compressed: string | null;
}

/** Frame sizes of the last OID_WAN_CO_GET_LINK_INFO: 0 is send, 1 is receive. */
type LinkSizes = readonly [number, number];

/** What the verifier sees of the OIDs of CoNDIS WAN miniports (WAN-04 to WAN-13, WAN-26). */
export class WanRequestChecks {
  readonly #environment: NdisEnvironment;
  readonly #adapters = new WeakMap<MiniportAdapter, WanAdapterFacts>();
  /** By VC, or by adapter where no VC was named. */
  readonly #links = new WeakMap<object, LinkSizes>();

  constructor(environment: NdisEnvironment) {
    this.#environment = environment;
  }

  /** WAN-12: a link is not set to larger frames than it has. */
  issued({ request, issuer, adapter, subject }: OidPassage): void {
    if (oidOf(request) !== oids.OID_WAN_CO_SET_LINK_INFO) return;
    const sizes = this.#links.get(subject.vc ?? adapter);
    if (sizes === undefined) return;
    const send = ulongMember(request, LINK_INFO, "MaxSendFrameSize") ?? 0;
    const receive = ulongMember(request, LINK_INFO, "MaxRecvFrameSize") ?? 0;
    if (send <= sizes[0] && receive <= sizes[1]) return;
    const message = `frames of ${send} and ${receive} bytes; OID_WAN_CO_GET_LINK_INFO gave ${sizes[0]} and ${sizes[1]}`;
    this.#environment.misuse("WAN-12", issuer, message);
  }

  ended(passage: OidPassage, status: NDIS_STATUS_FINAL): void {
    const { adapter, request, answerer } = passage;
    if (!isForMiniport(passage)) return;
    if (adapter.generalAttributes?.MediaType !== NDIS_MEDIUM.NdisMediumCoWan) return;
    const Oid = oidOf(request);
    const refused = status === NDIS_STATUS_INVALID_OID || status === NDIS_STATUS_NOT_SUPPORTED;
    const rule = ANSWERED.get(Oid);
    if (refused && rule !== undefined)
      this.#environment.misuse(rule, answerer, `a CoNDIS WAN miniport answers 0x${Oid.toString(16)}`);
    const facts = this.#factsOf(adapter);
    if (Oid === oids.OID_WAN_CO_GET_COMP_INFO) {
      facts.compresses = !refused;
      this.#checkCompression(passage, facts);
    }
    if (status !== NDIS_STATUS_SUCCESS) return;
    if (request.RequestType === NDIS_REQUEST_TYPE.NdisRequestSetInformation) {
      if (Oid === oids.OID_WAN_CO_SET_LINK_INFO) this.#checkFraming(passage, facts);
    } else if (Oid === oids.OID_WAN_CO_GET_INFO) this.#checkInfo(passage, facts);
    else if (Oid === oids.OID_WAN_CO_GET_LINK_INFO) this.#learnLink(passage);
    else if (Oid === oids.OID_WAN_CO_GET_STATS_INFO) this.#checkStatistics(passage, facts);
    else if (Oid === OID_GEN_CO_MAC_OPTIONS) this.#checkLoopback(passage);
  }

  #checkInfo({ request, answerer, adapter }: OidPassage, facts: WanAdapterFacts): void {
    const window = ulongMember(request, INFO, "MaxSendWindow");
    if (window !== null && window < 1) this.#environment.misuse("WAN-10", answerer, "MaxSendWindow is at least 1");
    else if (window !== null) this.#environment.sendWindows.announce(adapter, window);
    const framing = ulongMember(request, INFO, "FramingBits");
    if (framing !== null && (framing & PPP_FRAMING) === 0)
      this.#environment.misuse("WAN-11", answerer, "FramingBits without PPP_FRAMING");
    const size = ulongMember(request, INFO, "MaxFrameSize");
    if (size !== null && facts.maximumFrameSize !== null && size !== facts.maximumFrameSize) {
      const message = `MaxFrameSize was ${facts.maximumFrameSize} and is ${size} on ${adapter.traceName}`;
      this.#environment.misuse("WAN-26", answerer, message);
    }
    if (size !== null) this.#environment.wanFrames.announce(adapter, size);
    facts.maximumFrameSize = size;
    facts.framingBits = framing;
  }

  /** WAN-12: framing that the miniport does not have gets INVALID_DATA. */
  #checkFraming({ request, answerer, subject }: OidPassage, { framingBits }: WanAdapterFacts): void {
    const send = ulongMember(request, LINK_INFO, "SendFramingBits") ?? 0;
    const receive = ulongMember(request, LINK_INFO, "RecvFramingBits") ?? 0;
    if (framingBits !== null && ((send | receive) & ~framingBits) !== 0)
      this.#environment.misuse("WAN-12", answerer, "framing bits that OID_WAN_CO_GET_INFO lacks: INVALID_DATA");
    if (subject.vc !== null) this.#environment.wanFrames.framingSet(subject.vc, send | receive);
  }

  /** WAN-11: a link is in PPP framing, and tells of none, until one was set or came in. */
  #learnLink({ request, adapter, subject, answerer }: OidPassage): void {
    const { vc } = subject;
    const bits =
      (ulongMember(request, LINK_INFO, "SendFramingBits") ?? 0) |
      (ulongMember(request, LINK_INFO, "RecvFramingBits") ?? 0);
    if (vc !== null && bits !== 0 && !this.#environment.wanFrames.knowsFraming(vc)) {
      const message = `framing bits 0x${bits.toString(16)} on ${vc.traceName}, where no framing is detected yet`;
      this.#environment.misuse("WAN-11", answerer, message, vc);
    }
    const send = ulongMember(request, LINK_INFO, "MaxSendFrameSize");
    const receive = ulongMember(request, LINK_INFO, "MaxRecvFrameSize");
    if (send !== null && receive !== null) this.#links.set(subject.vc ?? adapter, [send, receive]);
  }

  #checkStatistics(passage: OidPassage, facts: WanAdapterFacts): void {
    for (const member of COMPRESSION_STATISTICS) {
      const count = ulongMember(passage.request, STATISTICS, member) ?? 0;
      if (count !== 0) facts.compressed = `${member} is ${count}`;
    }
    this.#checkCompression(passage, facts);
  }

  /** WAN-13, whichever is asked first. */
  #checkCompression({ answerer }: OidPassage, { compresses, compressed }: WanAdapterFacts): void {
    if (compresses === false && compressed !== null)
      this.#environment.misuse("WAN-13", answerer, `${compressed} on a miniport that does not compress`);
  }

  /** A miniport without NDIS_MAC_OPTION_NO_LOOPBACK says that it loops back, which is NDISWAN's part. */
  #checkLoopback({ request, answerer }: OidPassage): void {
    const options = ulongAt(request, 0);
    if (options !== null && (options & NDIS_MAC_OPTION_NO_LOOPBACK) === 0)
      this.#environment.misuse("WAN-08", answerer, "a CoNDIS WAN miniport has NDIS_MAC_OPTION_NO_LOOPBACK");
  }

  #factsOf(adapter: MiniportAdapter): WanAdapterFacts {
    const known = this.#adapters.get(adapter);
    if (known !== undefined) return known;
    const facts: WanAdapterFacts = { maximumFrameSize: null, framingBits: null, compresses: null, compressed: null };
    this.#adapters.set(adapter, facts);
    return facts;
  }
}
