import { ddi } from "../ddi/catalog.ts";
import * as oids from "../ddi/constants/connection-oids.ts";
import { NDIS_REQUEST_TYPE } from "../ddi/constants/enumerations.ts";
import * as generalOids from "../ddi/constants/general-oids.ts";
import { isAtLeast, ulong } from "../ddi/numbers.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import {
  NDIS_STATUS_BUFFER_TOO_SHORT,
  NDIS_STATUS_INVALID_LENGTH,
  NDIS_STATUS_INVALID_OID,
  NDIS_STATUS_NOT_ACCEPTED,
  NDIS_STATUS_REQUEST_ABORTED,
  NDIS_STATUS_SUCCESS,
  statusName,
} from "../ddi/status.ts";
import type { CO_ADDRESS_LIST } from "../ddi/structures/calls.ts";
import type { NdisEnvironment } from "../environment.ts";
import { TapiRequestChecks } from "../tapi/request-checks.ts";
import { WanRequestChecks } from "../wan/request-checks.ts";
import { bufferLengthOf, bytesOf, informationOf, oidOf, ulongAt } from "./information-buffer.ts";
import type { OidPassage, OidSubject } from "./passage.ts";

/** What the status that a driver completes an aborted request with may be: aborted, or done before the cancellation or the reset came. */
const AFTER_ABORTING: ReadonlySet<NDIS_STATUS> = new Set([NDIS_STATUS_REQUEST_ABORTED, NDIS_STATUS_SUCCESS]);

/** OID-22, as OID_GEN_CO_SUPPORTED_LIST names them. */
const MANDATORY: readonly number[] = [
  generalOids.OID_GEN_CO_SUPPORTED_LIST,
  generalOids.OID_GEN_CO_HARDWARE_STATUS,
  generalOids.OID_GEN_CO_MEDIA_SUPPORTED,
  generalOids.OID_GEN_CO_MEDIA_IN_USE,
  generalOids.OID_GEN_CO_LINK_SPEED,
  generalOids.OID_GEN_CO_VENDOR_ID,
  generalOids.OID_GEN_CO_VENDOR_DESCRIPTION,
  generalOids.OID_GEN_CO_VENDOR_DRIVER_VERSION,
  generalOids.OID_GEN_CO_DRIVER_VERSION,
  generalOids.OID_GEN_CO_MAC_OPTIONS,
  generalOids.OID_GEN_CO_MEDIA_CONNECT_STATUS,
  generalOids.OID_GEN_CO_MINIMUM_LINK_SPEED,
  generalOids.OID_GEN_CO_PROTOCOL_OPTIONS,
];

/** OID-23. */
const STATISTICS: readonly number[] = [
  generalOids.OID_GEN_CO_RCV_PDUS_OK,
  generalOids.OID_GEN_CO_RCV_PDUS_ERROR,
  generalOids.OID_GEN_CO_RCV_PDUS_NO_BUFFER,
  generalOids.OID_GEN_CO_XMIT_PDUS_OK,
  generalOids.OID_GEN_CO_XMIT_PDUS_ERROR,
];

const MAC_OPTION_RESERVED = 0x8000_0000;
/** NDIS_PROT_OPTION_ESTIMATED_LENGTH, NO_LOOPBACK, NO_RSVD_ON_RCVPKT and SEND_RESTRICTED (ntddndis.h). */
const PROTOCOL_OPTIONS = 0x0f;
const ULONG_BYTES = 4;
const ULONG64_BYTES = 8;

/** What the verifier sees of OID requests and their answers. */
export class OidChecks {
  readonly #environment: NdisEnvironment;
  readonly #wan: WanRequestChecks;
  readonly #tapi: TapiRequestChecks;

  constructor(environment: NdisEnvironment) {
    this.#environment = environment;
    this.#wan = new WanRequestChecks(environment);
    this.#tapi = new TapiRequestChecks(environment);
  }

  issued(passage: OidPassage): void {
    const { request, issuer, binding } = passage;
    const length = bufferLengthOf(request);
    const buffer = informationOf(request).InformationBuffer ?? null;
    if (length > 0 && (buffer === null || (buffer instanceof Uint8Array && buffer.length < length)))
      this.#environment.misuse("OID-18", issuer, `the information buffer has fewer than its ${length} bytes`);
    const { informationMemory, machine } = this.#environment;
    if (buffer instanceof Uint8Array && !informationMemory.lend(request, issuer, buffer, machine.memory))
      this.#environment.misuse("OID-18", issuer, "the information buffer is in memory that is not allocated");
    if (request.RequestHandle !== null && binding !== null && request.RequestHandle !== binding)
      this.#environment.misuse("OID-20", issuer, "RequestHandle is not the binding handle of the driver that asks");
    this.#wan.issued(passage);
    this.#tapi.issued(passage);
  }

  /** The request is the originator's again, whoever ended it. */
  over({ request }: OidPassage): void {
    this.#environment.informationMemory.takeBack(request);
  }

  /** A callback returned a final status. */
  answered(passage: OidPassage, status: NDIS_STATUS_FINAL): void {
    const { handler, answerer } = passage;
    const { statuses } = ddi(handler);
    // The page of ProtocolCoOidRequest allows any other status, but names the one for an OID that is not known.
    if (handler === "ProtocolCoOidRequest" && status === NDIS_STATUS_INVALID_OID)
      this.#environment.misuse(
        "OID-12",
        answerer,
        "ProtocolCoOidRequest answers NDIS_STATUS_NOT_SUPPORTED to an OID that it does not know",
      );
    if (!statuses.includes("NDIS_STATUS_XXX") && !statuses.includes(statusName(status)))
      this.#environment.misuse("OID-12", answerer, `${handler} does not answer ${statusName(status)}`);
    this.#ended(passage, status);
  }

  pended({ request, answerer }: OidPassage): void {
    if (oidOf(request) === generalOids.OID_GEN_CO_GET_NETCARD_TIME)
      this.#environment.misuse("OID-33", answerer, "OID_GEN_CO_GET_NETCARD_TIME is answered at once, not pended");
  }

  /** A completion function ended what was pended. */
  completed(
    passage: OidPassage,
    subject: { readonly [Part in keyof OidSubject]: unknown },
    status: NDIS_STATUS_FINAL,
    isAborted: boolean,
  ): void {
    const { answerer } = passage;
    const given = passage.subject;
    if (subject.addressFamily !== given.addressFamily || subject.vc !== given.vc || subject.party !== given.party)
      this.#environment.misuse("OID-09", answerer, "an OID request is completed with other handles than it came with");
    // After a surprise removal NOT_ACCEPTED is the only answer (OID-15).
    const isGone = passage.adapter.surpriseRemoved && status === NDIS_STATUS_NOT_ACCEPTED;
    if (isAborted && !isGone && !AFTER_ABORTING.has(status))
      this.#environment.misuse("OID-16", answerer, `a request that is aborted is completed with ${statusName(status)}`);
    this.#ended(passage, status);
  }

  #ended(passage: OidPassage, status: NDIS_STATUS_FINAL): void {
    const { request, answerer, handler } = passage;
    const { BytesNeeded } = informationOf(request);
    const tooShort = status === NDIS_STATUS_BUFFER_TOO_SHORT || status === NDIS_STATUS_INVALID_LENGTH;
    if (tooShort && !isAtLeast(BytesNeeded, 1))
      this.#environment.misuse("OID-11", answerer, `${statusName(status)} without BytesNeeded`);
    if (status === NDIS_STATUS_SUCCESS) {
      if (handler === "ProtocolCoOidRequest") this.#checkAddresses(passage);
      else this.#checkMiniportAnswer(passage);
    }
    this.#wan.ended(passage, status);
    this.#tapi.ended(passage, status);
  }

  #checkMiniportAnswer(passage: OidPassage): void {
    const { request, adapter } = passage;
    if (!adapter.isConnectionOriented) return;
    const Oid = oidOf(request);
    if (request.RequestType === NDIS_REQUEST_TYPE.NdisRequestSetInformation) {
      if (Oid === generalOids.OID_GEN_CO_PROTOCOL_OPTIONS) this.#checkOptionsSet(passage);
      return;
    }
    if (Oid === generalOids.OID_GEN_CO_SUPPORTED_LIST) this.#checkList(passage);
    else if (Oid === generalOids.OID_GEN_CO_MAC_OPTIONS) this.#checkMacOptions(passage);
    else if (STATISTICS.includes(Oid)) this.#checkStatistics(passage);
  }

  #checkOptionsSet({ request, answerer }: OidPassage): void {
    const options = ulongAt(request, 0);
    if (options === null || (options & ~PROTOCOL_OPTIONS) === 0) return;
    const message = `OID_GEN_CO_PROTOCOL_OPTIONS set to 0x${options.toString(16)}, which has undefined bits: INVALID_DATA`;
    this.#environment.misuse("OID-13", answerer, message);
  }

  #checkList({ request, answerer }: OidPassage): void {
    const bytes = bytesOf(request);
    if (bytes === null) return;
    const listed = new Set<number>();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i + ULONG_BYTES <= bytes.length; i += ULONG_BYTES) listed.add(view.getUint32(i, true));
    for (const [rule, needed] of [
      ["OID-22", MANDATORY],
      ["OID-23", STATISTICS],
    ] as const) {
      const missing = needed.find((oid) => !listed.has(oid));
      if (missing === undefined) continue;
      this.#environment.misuse(rule, answerer, `OID_GEN_CO_SUPPORTED_LIST lacks 0x${missing.toString(16)}`);
    }
  }

  #checkMacOptions({ request, answerer }: OidPassage): void {
    const options = ulongAt(request, 0);
    if (options !== null && (options & MAC_OPTION_RESERVED) !== 0)
      this.#environment.misuse("OID-32", answerer, "NDIS_MAC_OPTION_RESERVED is set");
  }

  #checkStatistics({ request, answerer }: OidPassage): void {
    const BytesWritten = ulong(informationOf(request).BytesWritten);
    if (BytesWritten === ULONG_BYTES || BytesWritten === ULONG64_BYTES) return;
    this.#environment.misuse("OID-23", answerer, `a statistic has 4 or 8 bytes, not ${BytesWritten}`);
  }

  #checkAddresses({ request, answerer }: OidPassage): void {
    if (oidOf(request) !== oids.OID_CO_GET_ADDRESSES) return;
    const list: unknown = informationOf(request).InformationBuffer;
    if (typeof list !== "object" || list === null || !("NumberOfAddresses" in list)) return;
    const given = list as Partial<CO_ADDRESS_LIST>;
    const NumberOfAddresses = ulong(given.NumberOfAddresses);
    const NumberOfAddressesAvailable = ulong(given.NumberOfAddressesAvailable);
    const AddressList = Array.isArray(given.AddressList) ? given.AddressList : [];
    if (NumberOfAddresses <= NumberOfAddressesAvailable && NumberOfAddresses === AddressList.length) return;
    const message = `${NumberOfAddresses} addresses of ${NumberOfAddressesAvailable}, and ${AddressList.length} in the list`;
    this.#environment.misuse("OID-29", answerer, message);
  }
}
