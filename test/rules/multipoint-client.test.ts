// What the reference client does with the parties of its calls, seen by a call manager that a test plays.
import { describe, expect } from "vitest";
import type { AtmClientEvents, ClientCall } from "../../src/client/index.ts";
import { AtmClient } from "../../src/client/index.ts";
import type { NdisAfHandle, NdisPartyHandle, NdisVcHandle } from "../../src/ndis/index.ts";
import { CO_CALL_PARAMETERS, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import { parseAtmAddress } from "../../src/wire/index.ts";
import { Core } from "../ndis/core-harness.ts";
import { behaviour } from "./rule-case.ts";

const PARAMETERS = CO_CALL_PARAMETERS({});

class Multipoint {
  readonly core = new Core({ clients: [] });
  readonly client: AtmClient;
  readonly call: ClientCall;
  readonly vc: NdisVcHandle;
  /** Party handles in the order in which the call manager got them. */
  readonly parties: NdisPartyHandle[] = [];

  /** A call with so many parties. */
  constructor(count: number, events: Partial<AtmClientEvents> = {}) {
    const { core } = this;
    this.client = new AtmClient("reference", { listen: "none", sendBuffers: 8, events });
    core.mcm.on.cm.CmMakeCallHandler = (_vc, _parameters, party) => {
      if (party !== null) this.parties.push(party);
      return NDIS_STATUS_PENDING;
    };
    core.mcm.on.cm.CmAddPartyHandler = (_vc, _parameters, party) => {
      this.parties.push(party);
      return NDIS_STATUS_PENDING;
    };
    core.mcm.on.cm.CmDropPartyHandler = () => NDIS_STATUS_PENDING;
    core.mcm.on.cm.CmCloseCallHandler = () => NDIS_STATUS_PENDING;
    core.load();
    core.run(core.ndis.loadClient(this.client.image));
    core.startDevice();
    const called = parseAtmAddress("+4930123456");
    if (called.kind === "error") throw new Error(called.message);
    this.call = this.client.makeMultipointCall(Array.from({ length: count }, () => ({ called })));
    this.vc = core.mcm.last("ProtocolCoCreateVc")[1] as NdisVcHandle;
    const { ndis } = core.mcm;
    ndis.NdisMCmActivateVc(this.vc, PARAMETERS);
    ndis.NdisMCmMakeCallComplete(NDIS_STATUS_SUCCESS, this.vc, this.#party(0), { party: 0 }, PARAMETERS);
    for (let i = 1; i < count; i++) {
      ndis.NdisMCmAddPartyComplete(NDIS_STATUS_SUCCESS, this.#party(i), { party: i }, PARAMETERS);
    }
  }

  #party(index: number): NdisPartyHandle {
    const party = this.parties[index];
    if (party === undefined) throw new Error(`there is no party ${index}`);
    return party;
  }

  /** The peer of a party leaves. */
  leave(index: number): void {
    this.core.mcm.ndis.NdisMCmDispatchIncomingDropParty(NDIS_STATUS_SUCCESS, this.#party(index), null, 0);
  }

  completeDrop(index: number): void {
    this.core.mcm.ndis.NdisMCmDropPartyComplete(NDIS_STATUS_SUCCESS, this.#party(index));
  }

  /** Numbers of the parties that the client has dropped, and of the one it has closed with. */
  get dropped(): unknown[] {
    return this.core.mcm.calls("ProtocolCmDropParty").map(([context]) => context);
  }

  get closed(): unknown[] {
    return this.core.mcm.calls("ProtocolCmCloseCall").map(([, context]) => context);
  }
}

describe("the reference client's multipoint calls", () => {
  behaviour("OUT-03", "a multipoint call has a party context, and parties are added to it when it is connected", () => {
    const made = new Multipoint(3);
    expect(made.parties.length).toBe(3);
    expect(made.call.parties.map((party) => party.state)).toEqual(["added", "added", "added"]);
  });

  behaviour("PTY-14", "a party whose peer has left is dropped", () => {
    const made = new Multipoint(2);
    made.leave(0);
    expect([made.dropped, made.closed]).toEqual([[{ party: 0 }], []]);
    made.completeDrop(0);
    expect(made.call.state).toBe("connected");
  });

  behaviour(
    "PTY-15",
    "the client counts its parties: after a remote drop the next one to go is the last, and is closed",
    () => {
      const made = new Multipoint(2);
      made.leave(1);
      made.completeDrop(1);
      expect(made.call.parties.length).toBe(1);
      made.call.parties[0]?.drop();
      expect([made.dropped, made.closed]).toEqual([[{ party: 1 }], [{ party: 0 }]]);
    },
  );

  behaviour(
    "CLS-04",
    "all but one party are dropped, and the call is closed with that one's handle when they are gone",
    () => {
      const made = new Multipoint(3);
      made.call.close();
      expect([made.dropped, made.closed]).toEqual([[{ party: 1 }, { party: 2 }], []]);
      made.completeDrop(2);
      expect(made.closed).toEqual([]);
      made.completeDrop(1);
      expect(made.closed).toEqual([{ party: 0 }]);
    },
  );

  behaviour("AF-35", "parties are dropped to one, the call is closed, then the address family", () => {
    const made = new Multipoint(2);
    const { mcm } = made.core;
    const af = mcm.last("ProtocolCmOpenAf")[2] as NdisAfHandle;
    mcm.ndis.NdisMCmNotifyCloseAddressFamily(af);
    expect([made.dropped, made.closed, mcm.calls("ProtocolCmCloseAf").length]).toEqual([[{ party: 1 }], [], 0]);
    made.completeDrop(1);
    expect([made.closed, mcm.calls("ProtocolCmCloseAf").length]).toEqual([[{ party: 0 }], 0]);
    mcm.ndis.NdisMCmDeactivateVc(made.vc);
    const [first = null] = made.parties;
    mcm.ndis.NdisMCmCloseCallComplete(NDIS_STATUS_SUCCESS, made.vc, first);
    expect(mcm.calls("ProtocolCmCloseAf").length).toBe(1);
  });
});
