import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { NdisAfHandle, NdisSapHandle, NdisVcHandle } from "../../src/ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OutParameter,
  statusByName,
} from "../../src/ndis/index.ts";
import type { SapState } from "../../src/ndis/sap/sap.ts";
import { Sap } from "../../src/ndis/sap/sap.ts";
import { Vc } from "../../src/ndis/vc/vc.ts";
import type { VcState } from "../../src/ndis/vc/vc-states.ts";
import type { Route } from "./core-harness.ts";
import { broken, Core, PARAMETERS, ROUTES, someSap } from "./core-harness.ts";

/*
 * Every cell of sections 23.1, 23.2 and 23.4 of the rulebook against the running core: the state is reached through DDIs, the
 * event is caused by a DDI, and what comes of it is compared with the cell.
 */

interface Cell {
  readonly event: string;
  readonly state: string;
  readonly text: string;
}

function cellsOf(section: string): Cell[] {
  const rules = readFileSync(new URL("spec/condis-rules.md", import.meta.url), "utf8");
  const body = rules.split(`### ${section} `)[1]?.split("\n### ")[0] ?? "";
  const rows = body
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^[-| ]+$/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [head = [], ...table] = rows;
  return table.flatMap(([event = "", ...cells]) =>
    cells.map((text, index) => ({ event, state: head[index + 1] ?? "", text })),
  );
}

/** What a cell says: an illegal event, a status without a change, or the next state. */
function meaning(text: string, state: string): string {
  if (text === "-" || text.startsWith("- (")) return "illegal";
  const failing = /^F:(\w+)/.exec(text);
  if (failing !== null) return `fails with ${failing[1]}`;
  if (text.startsWith("=")) return state;
  return /^[A-Z]+/.exec(text)?.[0] ?? text;
}

/** What came of an event, in the words of {@link meaning}. */
function outcome(act: () => unknown, stateAfter: () => string, stateBefore: string): string {
  const returned: number[] = [];
  const rule = broken(() => {
    const status = act();
    if (typeof status === "number") returned.push(status);
  });
  if (rule !== "nothing") return "illegal";
  const after = stateAfter();
  const refused = returned.find((status) => status !== NDIS_STATUS_SUCCESS && status !== NDIS_STATUS_PENDING);
  return refused !== undefined && after === stateBefore ? `fails with ${nameOf(refused)}` : after;
}

function nameOf(status: number): string {
  return ["NOT_ACCEPTED", "FAILURE"].find((name) => statusByName(`NDIS_STATUS_${name}`) === status) ?? String(status);
}

function stateOf(handle: NdisVcHandle): VcState {
  const vc: unknown = handle;
  if (!(vc instanceof Vc)) throw new Error("not a VC");
  return vc.state;
}

// 23.1: a VC that the client created.

class Outgoing {
  readonly core: Core;
  readonly af: NdisAfHandle;
  readonly vc: NdisVcHandle;

  constructor(route: Route, state: string) {
    const core = new Core({ route }).start();
    this.core = core;
    this.af = core.openAf();
    this.vc = core.createVc(this.af);
    const { vc } = this;
    const steps: Record<string, () => void> = {
      NONE: () => void core.client.ndis.NdisCoDeleteVc(vc),
      IDLE: () => {},
      DIAL: () => void core.makeCall(vc),
      DIALA: () => {
        core.makeCall(vc);
        core.activate(vc);
      },
      CONN: () => this.connect(),
      RCLOSE: () => {
        this.connect();
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
      CLOSE: () => {
        this.connect();
        core.closeCall(vc);
      },
      CLOSEI: () => {
        this.connect();
        core.closeCall(vc);
        core.deactivate(vc);
      },
      POST: () => {
        this.connect();
        core.closeCall(vc);
        core.completeClose(vc);
      },
    };
    const step = steps[state];
    if (step === undefined) throw new Error(`no way to state ${state}`);
    step();
    if (stateOf(vc) !== state) throw new Error(`state ${stateOf(vc)} instead of ${state}`);
  }

  connect(): void {
    const { core, vc } = this;
    core.makeCall(vc);
    core.activate(vc);
    core.completeCall(vc);
  }
}

type Act<T> = (at: T) => unknown;

const OUTGOING_EVENTS: Record<string, Act<Outgoing>> = {
  "NdisClMakeCall (client)": ({ core, vc }) => core.makeCall(vc),
  "(M)CmActivateVc ok": ({ core, vc }) => core.activate(vc),
  "MakeCallComplete SUCCESS": ({ core, vc }) => core.completeCall(vc),
  "MakeCallComplete error": ({ core, vc }) => core.completeCall(vc, NDIS_STATUS_FAILURE),
  "NdisCoSendNetBufferLists (client)": ({ core, vc }) =>
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0),
  "receive indicated (miniport)": ({ core, vc }) =>
    core.manager.ndis.NdisMCoIndicateReceiveNetBufferLists(vc, core.client.lists(1, vc), 1, 0),
  "ModifyCallQoS / QoS dispatch": ({ core, vc }) => core.client.ndis.NdisClModifyCallQoS(vc, PARAMETERS),
  DispatchIncomingCloseCall: ({ core, vc }) =>
    core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0),
  "NdisClCloseCall (client)": ({ core, vc }) => core.closeCall(vc),
  "(M)CmDeactivateVc": ({ core, vc }) => core.deactivate(vc),
  "CloseCallComplete SUCCESS": ({ core, vc }) => core.completeClose(vc),
  "CloseCallComplete error": ({ core, vc }) => core.completeClose(vc, NDIS_STATUS_FAILURE),
  "NdisCoDeleteVc (client)": ({ core, vc }) => core.client.ndis.NdisCoDeleteVc(vc),
  "NdisMCmDeleteVc / CM delete (not creator)": ({ core, vc }) => core.manager.ndis.NdisMCmDeleteVc(vc),
};

// 23.2: a VC that the call manager created.

class Incoming {
  readonly core: Core;
  readonly af: NdisAfHandle;
  readonly sap: NdisSapHandle;
  readonly vc: NdisVcHandle;

  constructor(route: Route, state: string) {
    const core = new Core({ route }).start();
    this.core = core;
    this.af = core.openAf();
    this.sap = core.registerSap(this.af);
    this.vc = core.createIncomingVc(this.af);
    const { vc } = this;
    const steps: Record<string, () => void> = {
      NONE: () => void core.manager.ndis.NdisMCmDeleteVc(vc),
      MADE: () => {},
      ACT: () => void core.activate(vc),
      OFFER: () => this.offer(),
      ACC: () => this.accept(),
      CONN: () => this.connect(),
      RCLOSE: () => {
        this.connect();
        core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0);
      },
      CLOSE: () => {
        this.connect();
        core.closeCall(vc);
      },
      DONE: () => {
        this.offer();
        core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_FAILURE, vc, PARAMETERS);
      },
    };
    const step = steps[state];
    if (step === undefined) throw new Error(`no way to state ${state}`);
    step();
    if (stateOf(vc) !== state) throw new Error(`state ${stateOf(vc)} instead of ${state}`);
  }

  offer(): void {
    this.core.activate(this.vc);
    this.core.manager.ndis.NdisMCmDispatchIncomingCall(this.sap, this.vc, PARAMETERS);
  }

  accept(): void {
    this.offer();
    this.core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, this.vc, PARAMETERS);
  }

  connect(): void {
    this.accept();
    this.core.manager.ndis.NdisMCmDispatchCallConnected(this.vc);
  }
}

const INCOMING_EVENTS: Record<string, Act<Incoming>> = {
  "(M)CmActivateVc ok": ({ core, vc }) => core.activate(vc),
  "(M)CmDispatchIncomingCall, pends": ({ core, vc, sap }) =>
    core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS),
  "client accepts (SUCCESS now or via completion)": ({ core, vc }) =>
    core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS),
  "client rejects": ({ core, vc }) => core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_FAILURE, vc, PARAMETERS),
  "(M)CmDispatchCallConnected": ({ core, vc }) => core.manager.ndis.NdisMCmDispatchCallConnected(vc),
  "(M)CmDispatchIncomingCloseCall": ({ core, vc }) =>
    core.manager.ndis.NdisMCmDispatchIncomingCloseCall(NDIS_STATUS_SUCCESS, vc, null, 0),
  "NdisCoSendNetBufferLists (client)": ({ core, vc }) =>
    core.client.ndis.NdisCoSendNetBufferLists(vc, core.client.lists(1, vc), 0),
  "NdisClModifyCallQoS (client)": ({ core, vc }) => core.client.ndis.NdisClModifyCallQoS(vc, PARAMETERS),
  "NdisClCloseCall (client)": ({ core, vc }) => core.closeCall(vc),
  "CloseCallComplete SUCCESS": ({ core, vc }) => core.completeClose(vc),
  "(M)CmDeactivateVc": ({ core, vc }) => core.deactivate(vc),
  "NdisMCmDeleteVc / NdisCoDeleteVc by creator": ({ core, vc }) => core.manager.ndis.NdisMCmDeleteVc(vc),
  "delete by client": ({ core, vc }) => core.client.ndis.NdisCoDeleteVc(vc),
};

/** Cells of which the core differs, with what it does instead and why. A difference that is none any more fails the test. */
interface Difference {
  readonly does: string;
  readonly because: string;
}

const OUTGOING_DIFFERENCES: Record<string, Difference> = {
  "MakeCallComplete error in DIALA": {
    does: "POST",
    because:
      "'IDLE after deactivate': until the deactivation the VC waits in POST, from where it leads to IDLE (below)",
  },
  "CloseCallComplete error in CLOSEI": {
    does: "illegal",
    because: "'CONN only if reactivated', but no cell lets a VC in CLOSEI be activated again: it cannot come about",
  },
};

const INCOMING_DIFFERENCES: Record<string, Difference> = {};

function check<T>(
  section: string,
  events: Record<string, Act<T>>,
  make: (state: string) => T & { readonly vc: NdisVcHandle },
  differences: Record<string, Difference>,
  others: readonly string[],
): void {
  const cells = cellsOf(section);

  it("the test knows every row of the rulebook, and no other", () => {
    const rows = [...new Set(cells.map(({ event }) => event))];
    expect([...Object.keys(events), ...others].sort()).toEqual(rows.sort());
    expect(cells.length).toBe(rows.length * 9);
  });

  for (const { event, state, text } of cells) {
    const act = events[event];
    if (act === undefined) continue;
    const key = `${event} in ${state}`;
    const difference = differences[key];
    const wanted = meaning(text, state);
    it(`${key}: ${text}${difference === undefined ? "" : `, but ${difference.does}: ${difference.because}`}`, () => {
      const at = make(state);
      const before = stateOf(at.vc);
      const found = outcome(
        () => act(at),
        () => stateOf(at.vc),
        before,
      );
      expect(found).toBe(difference?.does ?? wanted);
      if (difference !== undefined) expect(found).not.toBe(wanted);
    });
  }

  it("every difference belongs to a cell", () => {
    const keys = new Set(cells.map(({ event, state }) => `${event} in ${state}`));
    expect(Object.keys(differences).filter((key) => !keys.has(key))).toEqual([]);
  });
}

describe.each(ROUTES)("23.1 client-created VC, %s", (route) => {
  check("23.1", OUTGOING_EVENTS, (state) => new Outgoing(route, state), OUTGOING_DIFFERENCES, [
    "NdisCoCreateVc ok (client)",
    "NdisCoCreateVc, peer fails or pends",
  ]);

  it("NdisCoCreateVc ok (client) in NONE: IDLE", () => {
    expect(stateOf(new Outgoing(route, "IDLE").vc)).toBe("IDLE");
  });

  it("NdisCoCreateVc, peer fails or pends in NONE: NONE", () => {
    const core = new Core({ route }).start();
    const af = core.openAf();
    core.manager.on.cm.CmCreateVcHandler = () => NDIS_STATUS_FAILURE;
    const out = new OutParameter<NdisVcHandle>();
    expect(core.client.ndis.NdisCoCreateVc(core.client.binding, af, {}, out)).toBe(NDIS_STATUS_FAILURE);
    expect(stateOf(core.manager.last("ProtocolCoCreateVc")[1] as NdisVcHandle)).toBe("NONE");
  });

  it("MakeCallComplete error in DIALA, then the deactivation: IDLE", () => {
    const { core, vc } = new Outgoing(route, "DIALA");
    core.completeCall(vc, NDIS_STATUS_FAILURE);
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(stateOf(vc)).toBe("IDLE");
  });
});

describe.each(ROUTES)("23.2 call-manager-created VC, %s", (route) => {
  check("23.2", INCOMING_EVENTS, (state) => new Incoming(route, state), INCOMING_DIFFERENCES, [
    "NdisMCmCreateVc / NdisCoCreateVc ok (creator)",
  ]);

  it("NdisMCmCreateVc / NdisCoCreateVc ok (creator) in NONE: MADE", () => {
    expect(stateOf(new Incoming(route, "MADE").vc)).toBe("MADE");
  });

  it("CLOSE, already deactivated, then CloseCallComplete SUCCESS: MADE", () => {
    const { core, vc } = new Incoming(route, "CLOSE");
    expect(core.deactivate(vc)).toBe(NDIS_STATUS_SUCCESS);
    expect(stateOf(vc)).toBe("CLOSE");
    core.completeClose(vc);
    expect(stateOf(vc)).toBe("MADE");
  });

  it("an offer on an inactive VC (X-09) that is rejected leads to MADE", () => {
    const { core, vc, sap } = new Incoming(route, "MADE");
    core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
    core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_FAILURE, vc, PARAMETERS);
    expect(stateOf(vc)).toBe("MADE");
  });

  it("MADE after a finished call accepts a new activate and dispatch to the same client", () => {
    const { core, vc, sap } = new Incoming(route, "CLOSE");
    core.completeClose(vc);
    core.deactivate(vc);
    core.activate(vc);
    core.manager.ndis.NdisMCmDispatchIncomingCall(sap, vc, PARAMETERS);
    expect(stateOf(vc)).toBe("OFFER");
  });
});

// 23.4: a SAP.

class Listening {
  readonly core: Core;
  readonly af: NdisAfHandle;
  readonly handle: NdisSapHandle;
  readonly sap: Sap;

  constructor(route: Route, state: string) {
    const core = new Core({ route }).start();
    this.core = core;
    this.af = core.openAf();
    core.manager.on.cm.CmRegisterSapHandler = () => NDIS_STATUS_PENDING;
    core.manager.on.cm.CmDeregisterSapHandler = () => NDIS_STATUS_PENDING;
    const out = new OutParameter<NdisSapHandle>();
    core.client.ndis.NdisClRegisterSap(this.af, {}, someSap(), out);
    const sap = core.manager.last("ProtocolCmRegisterSap")[2];
    if (!(sap instanceof Sap)) throw new Error("not a SAP");
    this.sap = sap;
    this.handle = sap as unknown as NdisSapHandle;
    const register = (status: typeof NDIS_STATUS_SUCCESS | typeof NDIS_STATUS_FAILURE) =>
      core.manager.ndis.NdisMCmRegisterSapComplete(status, this.handle, {});
    if (state === "NONE") register(NDIS_STATUS_FAILURE);
    if (state === "REGISTERED" || state === "DEREGISTERING") register(NDIS_STATUS_SUCCESS);
    if (state === "DEREGISTERING") core.client.ndis.NdisClDeregisterSap(this.handle);
    if (sap.state !== state) throw new Error(`state ${sap.state} instead of ${state}`);
  }
}

const SAP_EVENTS: Record<string, Act<Listening>> = {
  "complete SUCCESS": ({ core, handle }) =>
    core.manager.ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_SUCCESS, handle, {}),
  "complete error": ({ core, handle }) => core.manager.ndis.NdisMCmRegisterSapComplete(NDIS_STATUS_FAILURE, handle, {}),
  "DispatchIncomingCall on it": ({ core, handle, af }) =>
    core.manager.ndis.NdisMCmDispatchIncomingCall(handle, core.createIncomingVc(af), PARAMETERS),
  NdisClDeregisterSap: ({ core, handle }) => core.client.ndis.NdisClDeregisterSap(handle),
  DeregisterSapComplete: ({ core, handle }) =>
    core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle),
};

describe.each(ROUTES)("23.4 SAP, %s", (route) => {
  const cells = cellsOf("23.4");

  it("the test knows every row of the rulebook, and no other", () => {
    const rows = [...new Set(cells.map(({ event }) => event))];
    expect([...Object.keys(SAP_EVENTS), "NdisClRegisterSap", "existing call on the SAP"].sort()).toEqual(rows.sort());
    expect(cells.length).toBe(rows.length * 4);
  });

  for (const { event, state, text } of cells) {
    const act = SAP_EVENTS[event];
    if (act === undefined) continue;
    it(`${event} in ${state}: ${text}`, () => {
      const at = new Listening(route, state);
      const before: SapState = at.sap.state;
      const found = outcome(
        () => act(at),
        () => at.sap.state,
        before,
      );
      expect(found).toBe(meaning(text, state));
    });
  }

  it("NdisClRegisterSap in NONE: REGISTERING; it makes a SAP of its own, so that no other cell can come about", () => {
    expect(new Listening(route, "REGISTERING").sap.state).toBe("REGISTERING");
  });

  it("existing call on the SAP: unaffected by REGISTERED, DEREGISTERING and after", () => {
    const { core, af, handle } = new Listening(route, "REGISTERED");
    const vc = core.createIncomingVc(af);
    core.manager.ndis.NdisMCmDispatchIncomingCall(handle, vc, PARAMETERS);
    core.client.ndis.NdisClDeregisterSap(handle);
    expect(stateOf(vc)).toBe("OFFER");
    core.manager.ndis.NdisMCmDeregisterSapComplete(NDIS_STATUS_SUCCESS, handle);
    expect(stateOf(vc)).toBe("OFFER");
    core.client.ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, vc, PARAMETERS);
    expect(stateOf(vc)).toBe("ACC");
  });
});
