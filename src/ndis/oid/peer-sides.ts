import type { AddressFamily } from "../address-family/address-family.ts";
import type { PROTOCOL_CO_OID_REQUEST, PROTOCOL_CO_OID_REQUEST_COMPLETE } from "../ddi/handlers/connection.ts";
import type { NDIS_CONTEXT } from "../ddi/handles.ts";
import type { Party } from "../party/party.ts";
import type { Vc } from "../vc/vc.ts";

/** The two drivers that an open address family connects. */
export type PeerSide = "client" | "call manager";

export interface OidPeer {
  readonly name: string;
  readonly afContext: NDIS_CONTEXT;
  readonly request: PROTOCOL_CO_OID_REQUEST;
  readonly complete: PROTOCOL_CO_OID_REQUEST_COMPLETE;
  readonly vcContext: (vc: Vc | null) => NDIS_CONTEXT;
  readonly partyContext: (party: Party | null) => NDIS_CONTEXT;
}

/** Handlers and contexts of one side of an address family. */
export function peerOf(addressFamily: AddressFamily, side: PeerSide): OidPeer {
  const { client, registration, binding } = addressFamily;
  if (side === "client") {
    return {
      name: binding.protocol.name,
      afContext: addressFamily.clientContext,
      request: client.ClOidRequestHandler,
      complete: client.ClOidRequestCompleteHandler,
      vcContext: (vc) => vc?.clientContext ?? null,
      partyContext: (party) => party?.clientContext ?? null,
    };
  }
  return {
    name: registration.owner,
    afContext: addressFamily.callManagerContext,
    request: registration.callManager.CmOidRequestHandler,
    complete: registration.callManager.CmOidRequestCompleteHandler,
    vcContext: (vc) => vc?.callManagerContext ?? null,
    partyContext: (party) => party?.callManagerContext ?? null,
  };
}
