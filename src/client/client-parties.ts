import type { CO_CALL_PARAMETERS, NDIS_STATUS, NdisPartyHandle } from "../ndis/index.ts";
import { NDIS_STATUS_CLOSING, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS, OutParameter } from "../ndis/index.ts";
import type { CallRequest } from "./call-request.ts";
import { causeIn, toCallParameters } from "./call-request.ts";
import type { ClientBinding } from "./client-binding.ts";
import type { ClientCall } from "./client-call.ts";

/** "waiting": to be added as soon as the call is connected. */
export type ClientPartyState = "waiting" | "adding" | "added" | "dropping" | "gone";

/** One party of a multipoint call: what the client's party context points to. */
export class ClientParty {
  readonly call: ClientCall;
  readonly request: CallRequest;
  /** Null before the party is added and from NdisClDropParty on (PTY-10). */
  handle: NdisPartyHandle | null = null;
  state: ClientPartyState = "waiting";
  /** How the party ended, or why it was never added. */
  status: NDIS_STATUS = NDIS_STATUS_SUCCESS;
  /** Q.2931 cause of a refusal; 0 when none was told. */
  cause = 0;
  /** Drop it as soon as it is added. */
  wantsDrop = false;
  /** For whoever uses the client. */
  context: unknown = null;

  constructor(call: ClientCall, request: CallRequest) {
    this.call = call;
    this.request = request;
  }

  /** Takes the party out of the call; the last one ends the call (PTY-08). */
  drop(): void {
    this.call.binding.parties.drop(this);
  }
}

/** Makes the first party of a multipoint call that is about to be made. */
export type MakeFirstParty = (call: ClientCall) => ClientParty | undefined;

/** The parties of a binding's multipoint calls. */
export class ClientParties {
  readonly #binding: ClientBinding;

  constructor(binding: ClientBinding) {
    this.#binding = binding;
  }

  /** Makes a multipoint call to the first of the requests; the others are added when it is connected. */
  makeCall(requests: readonly CallRequest[], context: unknown): ClientCall {
    const [first] = requests;
    if (first === undefined) throw new RangeError("a multipoint call needs a party");
    return this.#binding.makeCall(first, context, (call) => {
      call.parties = requests.map((request) => new ClientParty(call, request));
      return call.parties[0];
    });
  }

  add(call: ClientCall, request: CallRequest): ClientParty {
    const party = new ClientParty(call, request);
    call.parties.push(party);
    if (call.state === "connected") this.#start(party);
    return party;
  }

  /** The first party of a call that has just been connected; null when it is none, or not connected. */
  firstAdded(call: ClientCall, handle: NdisPartyHandle | null): void {
    const [first] = call.parties;
    if (first === undefined || handle === null) return;
    first.handle = handle;
    first.state = "added";
  }

  /** Adds the parties that waited for the call to be connected. */
  addWaiting(call: ClientCall): void {
    for (const party of call.parties) {
      if (call.state === "connected" && !call.wantsClose && party.state === "waiting") this.#start(party);
    }
  }

  /** The call is over, or never came to be. */
  ended(call: ClientCall, status: NDIS_STATUS): void {
    for (const party of call.parties) this.#gone(party, status);
  }

  drop(party: ClientParty): void {
    const { call, state } = party;
    party.wantsDrop = true;
    if (state === "waiting") this.#gone(party, NDIS_STATUS_CLOSING);
    if (state !== "added") return;
    const others = call.parties.filter((other) => other !== party);
    if (others.some((other) => other.state === "added")) this.#drop(party);
    else if (!others.some((other) => other.state === "adding")) this.#binding.closeCall(call);
  }

  /** ProtocolClAddPartyComplete (PTY-07). */
  addComplete(
    party: ClientParty,
    status: NDIS_STATUS,
    handle: NdisPartyHandle | null,
    parameters: CO_CALL_PARAMETERS,
  ): void {
    const { call } = party;
    const { events } = this.#binding.options;
    if (status === NDIS_STATUS_SUCCESS) {
      party.handle = handle;
      party.state = "added";
      events.partyAdded(party);
    } else {
      party.cause = causeIn(parameters);
      this.#gone(party, status);
      events.partyFailed(party);
    }
    for (const other of call.parties) {
      if (other.wantsDrop && other.state === "added") this.drop(other);
    }
    if (call.wantsClose) this.#binding.closeCall(call);
  }

  /** ProtocolClDropPartyComplete. */
  dropComplete(party: ClientParty): void {
    const { call } = party;
    this.#gone(party, party.status);
    this.#binding.options.events.partyDropped(party);
    if (call.wantsClose) this.#binding.closeCall(call);
  }

  /** ProtocolClIncomingDropParty: answered by dropping the party, or with the close of the call when it turned out to be the last (PTY-14). */
  incomingDrop(party: ClientParty, status: NDIS_STATUS): void {
    party.status = status;
    this.drop(party);
  }

  /** Drops all but one (AF-35, CLS-04). False while parties are on their way, in or out. */
  isDownToOne(call: ClientCall): boolean {
    if (call.parties.length === 0) return true;
    for (const party of call.parties.filter((each) => each.state === "waiting")) this.#gone(party, NDIS_STATUS_CLOSING);
    const [, ...others] = call.parties.filter((each) => each.state === "added");
    for (const party of others) this.#drop(party);
    return call.parties.every((party) => party.state === "added");
  }

  #start(party: ClientParty): void {
    const { ndis } = this.#binding;
    const { vcHandle } = party.call;
    if (vcHandle === null) return;
    party.state = "adding";
    const parameters = toCallParameters(party.request, true);
    const handle = new OutParameter<NdisPartyHandle>();
    const status = ndis.NdisClAddParty(vcHandle, party, parameters, handle);
    if (status !== NDIS_STATUS_PENDING) this.addComplete(party, status, handle.Value, parameters);
  }

  #drop(party: ClientParty): void {
    const { handle } = party;
    if (handle === null) return;
    party.handle = null;
    party.state = "dropping";
    const status = this.#binding.ndis.NdisClDropParty(handle, null, 0);
    if (status === NDIS_STATUS_PENDING) return;
    this.#gone(party, party.status);
    this.#binding.options.events.partyDropped(party);
  }

  #gone(party: ClientParty, status: NDIS_STATUS): void {
    const { call } = party;
    party.state = "gone";
    party.status = status;
    party.handle = null;
    call.parties = call.parties.filter((other) => other !== party);
  }
}
