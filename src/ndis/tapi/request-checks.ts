import type { AddressFamily } from "../address-family/address-family.ts";
import { CO_ADDRESS_FAMILY_TAPI_PROXY } from "../ddi/constants/connection-flags.ts";
import * as oids from "../ddi/constants/connection-oids.ts";
import {
  CO_TAPI_FLAG_INCOMING_CALL,
  CO_TAPI_FLAG_OUTGOING_CALL,
  CO_TAPI_FLAG_PER_ADDRESS_CAPS,
  CO_TAPI_FLAG_PER_LINE_CAPS,
  CO_TAPI_FLAG_USE_DEFAULT_CALLPARAMS,
} from "../ddi/constants/tapi-wan.ts";
import { ulong } from "../ddi/numbers.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_SUCCESS } from "../ddi/status.ts";
import type { CO_TAPI_TRANSLATE_TAPI_CALLPARAMS } from "../ddi/structures/tapi.ts";
import type { NdisEnvironment } from "../environment.ts";
import { bytesOf, informationOf, oidOf, ulongMember } from "../oid/information-buffer.ts";
import type { OidPassage } from "../oid/passage.ts";

const CM_CAPS = ["ulCoTapiVersion", "ulNumLines", "ulFlags"] as const;
const LINE_CAPS = ["ulLineID", "ulFlags"] as const;
const ADDRESS_CAPS = ["ulLineID", "ulAddressID", "ulFlags"] as const;
const TRANSLATE_TAPI = ["ulLineID", "ulAddressID", "ulFlags"] as const;
const TRANSLATE_NDIS = ["ulFlags"] as const;

/** On x64: three ULONGs, padding, and two NDIS_VAR_DATA_DESC of 16 bytes. */
const OFFSET_OF_NDIS_CALL_PARAMS = 48;

const TRANSLATIONS: ReadonlySet<number> = new Set([
  oids.OID_CO_TAPI_TRANSLATE_TAPI_CALLPARAMS,
  oids.OID_CO_TAPI_TRANSLATE_NDIS_CALLPARAMS,
  oids.OID_CO_TAPI_TRANSLATE_TAPI_SAP,
]);

/** What a call manager has answered on one address family; null while it has not. */
interface TapiCapabilities {
  callManagerFlags: number | null;
  lineFlags: number | null;
  isAddressAnswered: boolean;
}

/** What the verifier sees of the TAPI OIDs between client and call manager (WAN-20 to WAN-22). */
export class TapiRequestChecks {
  readonly #environment: NdisEnvironment;
  readonly #capabilities = new WeakMap<AddressFamily, TapiCapabilities>();

  constructor(environment: NdisEnvironment) {
    this.#environment = environment;
  }

  issued({ request, issuer, subject }: OidPassage): void {
    const { addressFamily } = subject;
    if (addressFamily === null) return;
    const Oid = oidOf(request);
    const { AddressFamily: family } = addressFamily.registration.addressFamily;
    if (TRANSLATIONS.has(Oid)) {
      if (family === CO_ADDRESS_FAMILY_TAPI_PROXY)
        this.#environment.misuse(
          "WAN-21",
          issuer,
          "the TAPI translation OIDs are not for CO_ADDRESS_FAMILY_TAPI_PROXY",
        );
      this.#checkDirection(request, issuer);
    }
    const fault = this.#orderFault(Oid, this.#of(addressFamily));
    if (fault !== null) this.#environment.misuse("WAN-20", issuer, fault);
  }

  ended({ request, answerer, subject }: OidPassage, status: NDIS_STATUS_FINAL): void {
    if (subject.addressFamily === null || status !== NDIS_STATUS_SUCCESS) return;
    const known = this.#of(subject.addressFamily);
    switch (oidOf(request)) {
      case oids.OID_CO_TAPI_TRANSLATE_TAPI_CALLPARAMS:
        this.#checkDefaults(request, answerer);
        break;
      case oids.OID_CO_TAPI_CM_CAPS:
        known.callManagerFlags = ulongMember(request, CM_CAPS, "ulFlags") ?? 0;
        this.#checkFlags(answerer, known.callManagerFlags, CO_TAPI_FLAG_PER_LINE_CAPS);
        break;
      case oids.OID_CO_TAPI_LINE_CAPS:
        known.lineFlags = ulongMember(request, LINE_CAPS, "ulFlags") ?? 0;
        this.#checkFlags(answerer, known.lineFlags, CO_TAPI_FLAG_PER_ADDRESS_CAPS);
        break;
      case oids.OID_CO_TAPI_ADDRESS_CAPS:
        known.isAddressAnswered = true;
        this.#checkFlags(answerer, ulongMember(request, ADDRESS_CAPS, "ulFlags") ?? 0, 0);
        break;
    }
  }

  #orderFault(Oid: number, known: TapiCapabilities): string | null {
    if (Oid === oids.OID_CO_TAPI_LINE_CAPS) {
      if (known.callManagerFlags === null) return "OID_CO_TAPI_LINE_CAPS before OID_CO_TAPI_CM_CAPS";
      const isOnce = (known.callManagerFlags & CO_TAPI_FLAG_PER_LINE_CAPS) === 0;
      return isOnce && known.lineFlags !== null ? "all lines are alike: OID_CO_TAPI_LINE_CAPS is asked once" : null;
    }
    if (Oid === oids.OID_CO_TAPI_ADDRESS_CAPS) {
      if (known.lineFlags === null) return "OID_CO_TAPI_ADDRESS_CAPS before OID_CO_TAPI_LINE_CAPS";
      const areAlike = ((known.callManagerFlags ?? 0) & CO_TAPI_FLAG_PER_LINE_CAPS) === 0;
      const isOnce = areAlike && (known.lineFlags & CO_TAPI_FLAG_PER_ADDRESS_CAPS) === 0;
      return isOnce && known.isAddressAnswered
        ? "all addresses are alike: OID_CO_TAPI_ADDRESS_CAPS is asked once"
        : null;
    }
    return null;
  }

  #checkFlags(answerer: string, flags: number, defined: number): void {
    if ((flags & ~defined) !== 0)
      this.#environment.misuse("WAN-20", answerer, `ulFlags 0x${flags.toString(16)} has undefined bits`);
  }

  #checkDirection(request: OidPassage["request"], issuer: string): void {
    const Oid = oidOf(request);
    if (Oid === oids.OID_CO_TAPI_TRANSLATE_TAPI_CALLPARAMS) {
      const flags = ulongMember(request, TRANSLATE_TAPI, "ulFlags") ?? 0;
      if ((flags & CO_TAPI_FLAG_OUTGOING_CALL) === 0)
        this.#environment.misuse("WAN-22", issuer, "CO_TAPI_FLAG_OUTGOING_CALL is not set");
    } else if (Oid === oids.OID_CO_TAPI_TRANSLATE_NDIS_CALLPARAMS) {
      const flags = ulongMember(request, TRANSLATE_NDIS, "ulFlags") ?? 0;
      if ((flags & CO_TAPI_FLAG_INCOMING_CALL) === 0)
        this.#environment.misuse("WAN-22", issuer, "CO_TAPI_FLAG_INCOMING_CALL is not set");
    }
  }

  /** WAN-22: who is asked for default parameters, and has none, answers FAILURE. */
  #checkDefaults(request: OidPassage["request"], answerer: string): void {
    const flags = ulongMember(request, TRANSLATE_TAPI, "ulFlags") ?? 0;
    if ((flags & CO_TAPI_FLAG_USE_DEFAULT_CALLPARAMS) === 0 || lengthOfAnswer(request) !== 0) return;
    this.#environment.misuse("WAN-22", answerer, "no default call parameters are given: NDIS_STATUS_FAILURE");
  }

  #of(addressFamily: AddressFamily): TapiCapabilities {
    const known = this.#capabilities.get(addressFamily);
    if (known !== undefined) return known;
    const fresh: TapiCapabilities = { callManagerFlags: null, lineFlags: null, isAddressAnswered: false };
    this.#capabilities.set(addressFamily, fresh);
    return fresh;
  }
}

/** NdisCallParams.Length of CO_TAPI_TRANSLATE_TAPI_CALLPARAMS; null when the buffer is not that long. */
function lengthOfAnswer(request: OidPassage["request"]): number | null {
  const buffer: unknown = informationOf(request).InformationBuffer;
  const bytes = bytesOf(request);
  if (bytes !== null) {
    if (bytes.length < OFFSET_OF_NDIS_CALL_PARAMS + 2) return null;
    return new DataView(bytes.buffer, bytes.byteOffset).getUint16(OFFSET_OF_NDIS_CALL_PARAMS, true);
  }
  return ulong((buffer as Partial<CO_TAPI_TRANSLATE_TAPI_CALLPARAMS> | null)?.NdisCallParams?.Length);
}
