export { type CallRequest, toAtmAddress, toCallParameters, toSap } from "./call-request.ts";
export { AtmClient, type AtmClientEvents, type AtmClientOptions } from "./client.ts";
export type { ClientBinding } from "./client-binding.ts";
export { ClientCall, type ClientCallState } from "./client-call.ts";
export { ClientParty, type ClientPartyState } from "./client-parties.ts";
export { SendPool } from "./send-pool.ts";
