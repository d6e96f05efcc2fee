import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { AddressFamily } from "../address-family/address-family.ts";
import type { Binding } from "../binding/binding.ts";
import type { NDIS_STATUS, NDIS_STATUS_FINAL } from "../ddi/status.ts";
import type { NDIS_OID_REQUEST } from "../ddi/structures/oid-request.ts";
import type { Party } from "../party/party.ts";
import type { Vc } from "../vc/vc.ts";

/** The callback that a request is handed to; each has its own completion function (OID-08). */
export type OidHandler =
  | "MiniportOidRequest"
  | "MiniportDirectOidRequest"
  | "MiniportCoOidRequest"
  | "ProtocolCoOidRequest";

/** What a connection-oriented request is about; its completion names the same (OID-09). */
export interface OidSubject {
  readonly addressFamily: AddressFamily | null;
  readonly vc: Vc | null;
  readonly party: Party | null;
}

export const WHOLE_ADAPTER: OidSubject = { addressFamily: null, vc: null, party: null };

/** One request on its way from the driver that issued it to the one that answers it. */
export interface OidPassage {
  readonly request: NDIS_OID_REQUEST;
  readonly handler: OidHandler;
  /** The names of the two drivers. */
  readonly issuer: string;
  readonly answerer: string;
  readonly adapter: MiniportAdapter;
  /** The binding whose close waits for the request; null for NDIS's own. */
  readonly binding: Binding | null;
  readonly subject: OidSubject;
  /** Whether the answerer has it: requests to MiniportOidRequest wait for each other. */
  asked: boolean;
  readonly ask: () => NDIS_STATUS;
  readonly complete: (status: NDIS_STATUS_FINAL) => void;
}

/** The functions that complete a request: for which callback, and the rule that a needless completion breaks. */
export const COMPLETIONS = {
  NdisMOidRequestComplete: { handler: "MiniportOidRequest", needless: "OID-31" },
  NdisMDirectOidRequestComplete: { handler: "MiniportDirectOidRequest", needless: "OID-31" },
  NdisMCoOidRequestComplete: { handler: "MiniportCoOidRequest", needless: "OID-31" },
  NdisMCmOidRequestComplete: { handler: "ProtocolCoOidRequest", needless: "OID-31" },
  NdisCoOidRequestComplete: { handler: "ProtocolCoOidRequest", needless: "OID-07" },
} as const satisfies Record<string, { readonly handler: OidHandler; readonly needless: string }>;

export type OidCompletion = keyof typeof COMPLETIONS;

export const isForMiniport = (passage: OidPassage): boolean => passage.handler !== "ProtocolCoOidRequest";
