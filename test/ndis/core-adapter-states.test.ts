import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { KernelEvent } from "../../src/machine/index.ts";
import { KernelEvent as Signal } from "../../src/machine/index.ts";
import type { AdapterEvent, AdapterState } from "../../src/ndis/adapter/adapter.ts";
import { ADAPTER_STATES, MiniportAdapter as Adapter } from "../../src/ndis/adapter/adapter.ts";
import type { Binding, BindingEvent, BindingState } from "../../src/ndis/binding/binding.ts";
import { BINDING_STATES } from "../../src/ndis/binding/binding.ts";
import { advance } from "../../src/ndis/funnel.ts";
import type {
  MiniportAdapter,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NET_PNP_EVENT_NOTIFICATION,
} from "../../src/ndis/index.ts";
import {
  NDIS_OID_REQUEST,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  NET_PNP_EVENT_CODE,
} from "../../src/ndis/index.ts";
import { broken, Core } from "./core-harness.ts";
import { bindingOf } from "./core-life.ts";

/*
 * Section 23.6 of the rulebook: every state of adapter and binding with every event. First the funnels against the arrows of the
 * section, then the running core, where the state is reached by way of the drivers and the event is caused as a lab or a driver does.
 */

/** The arrows of one line of the section: "state event" to the next state. "ok", "fail" and "done" belong to the state before them. */
function arrowsOf(noun: string): Map<string, string> {
  const rules = readFileSync(new URL("spec/condis-rules.md", import.meta.url), "utf8");
  const section = rules.split("### 23.6 ")[1] ?? "";
  const line = section.split("\n").find((text) => text.startsWith(`${noun}: `)) ?? "";
  const arrows = new Map<string, string>();
  const [text = ""] = line.slice(noun.length + 2).split(". ");
  for (const clause of text.split("; ")) {
    const shutdown = /^Shutdown from (.*)$/.exec(clause);
    if (shutdown !== null)
      for (const state of (shutdown[1] ?? "").split(", ")) arrows.set(`${state} Shutdown`, "Shutdown");
    let from = /^\w+/.exec(clause)?.[0] ?? "";
    for (const [, slash, event, to = ""] of clause.matchAll(/(\/ )?-([\w ]+)-> (\w+)/g)) {
      arrows.set(`${from} ${event}`, to);
      // What follows a slash starts from the same state as what stands before it.
      const branches = event === "ok" || event === "done" || slash !== undefined;
      if (!branches) from = to;
    }
  }
  return arrows;
}

const ADAPTER_ARROWS = arrowsOf("Adapter");
const BINDING_ARROWS = arrowsOf("Binding");

/** What the section calls an event of the funnel. */
const ADAPTER_WORDS: Readonly<Record<AdapterEvent, readonly [word: string, in_?: AdapterState]>> = {
  Initialize: ["Initialize"],
  InitializeOk: ["ok", "Initializing"],
  InitializeFailed: ["fail", "Initializing"],
  Restart: ["Restart"],
  RestartOk: ["ok", "Restarting"],
  RestartFailed: ["fail", "Restarting"],
  Pause: ["Pause"],
  PauseOk: ["done", "Pausing"],
  Halt: ["Halt"],
  Shutdown: ["Shutdown"],
};

const BINDING_WORDS: Readonly<Record<BindingEvent, readonly [word: string, in_?: BindingState]>> = {
  Bind: ["Bind"],
  BindOk: ["ok", "Opening"],
  BindFailed: ["fail", "Opening"],
  Restart: ["PnP restart"],
  RestartOk: ["ok", "Restarting"],
  RestartFailed: ["fail", "Restarting"],
  Pause: ["PnP pause"],
  PauseOk: ["done", "Pausing"],
  Unbind: ["Unbind"],
  UnbindOk: ["done", "Closing"],
};

const ADAPTER_NAMES: readonly AdapterState[] = [
  "Halted",
  "Initializing",
  "Paused",
  "Restarting",
  "Running",
  "Pausing",
  "Shutdown",
];
const BINDING_NAMES: readonly BindingState[] = [
  "Unbound",
  "Opening",
  "Paused",
  "Restarting",
  "Running",
  "Pausing",
  "Closing",
];

function expected(arrows: Map<string, string>, state: string, [word, only]: readonly [string, string?]): string {
  if (only !== undefined && only !== state) return "illegal";
  return arrows.get(`${state} ${word}`) ?? "illegal";
}

describe("section 23.6: the arrows", () => {
  it("are those of the section", () => {
    expect([ADAPTER_ARROWS.size, BINDING_ARROWS.size]).toEqual([13, 10]);
    expect(ADAPTER_ARROWS.get("Restarting fail")).toBe("Paused");
    expect(BINDING_ARROWS.get("Closing done")).toBe("Unbound");
  });

  for (const state of ADAPTER_NAMES) {
    it.each(Object.keys(ADAPTER_WORDS) as AdapterEvent[])(`adapter ${state}: %s`, (event) => {
      const core = new Core();
      const adapter = { traceName: "adapter", state, moves: 0 };
      const rule = broken(() => advance(core.ndis.environment, ADAPTER_STATES, adapter, event, "mcm"));
      const wanted = expected(ADAPTER_ARROWS, state, ADAPTER_WORDS[event]);
      expect(rule).toBe(wanted === "illegal" ? `${ADAPTER_STATES.events[event].rule} by mcm` : "nothing");
      expect(adapter.state).toBe(wanted === "illegal" ? state : wanted);
    });
  }

  for (const state of BINDING_NAMES) {
    it.each(Object.keys(BINDING_WORDS) as BindingEvent[])(`binding ${state}: %s`, (event) => {
      const core = new Core();
      const binding = { traceName: "binding", state, moves: 0 };
      const rule = broken(() => advance(core.ndis.environment, BINDING_STATES, binding, event, "client"));
      const wanted = expected(BINDING_ARROWS, state, BINDING_WORDS[event]);
      expect(rule).toBe(wanted === "illegal" ? `${BINDING_STATES.events[event].rule} by client` : "nothing");
      expect(binding.state).toBe(wanted === "illegal" ? state : wanted);
    });
  }
});

// The running core.

/** An adapter that has been brought into a state; a driver's handler waits there for the test. */
class Life {
  readonly core = new Core();
  readonly #gate: KernelEvent = new Signal();
  #initializeStatus: NDIS_STATUS_FINAL = NDIS_STATUS_SUCCESS;

  constructor(state: AdapterState) {
    const { core } = this;
    core.load();
    if (state === "Initializing") this.#waitInInitialize();
    core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
    const reach: Record<AdapterState, () => void> = {
      Initializing: () => {},
      Running: () => {},
      Halted: () => void core.run(core.ndis.removeDevice(this.adapter)),
      Paused: () => void core.run(core.ndis.pauseDevice(this.adapter)),
      Pausing: () => this.#pause(),
      Restarting: () => {
        core.run(core.ndis.pauseDevice(this.adapter));
        core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_PENDING;
        core.begin(core.ndis.restartDevice(this.adapter));
      },
      Shutdown: () => void core.run(core.ndis.shutDown()),
    };
    reach[state]();
    if (this.state !== state) throw new Error(`${this.state} instead of ${state}`);
  }

  /** The MCM's adapter; the latest one when there has been more than one. */
  get adapter(): MiniportAdapter {
    const object: unknown = this.core.mcm.handle;
    if (!(object instanceof Adapter)) throw new Error("no adapter");
    return object;
  }

  get state(): AdapterState {
    return this.adapter.state;
  }

  #waitInInitialize(): void {
    const gate = this.#gate;
    const { mcm } = this.core;
    const status = (): NDIS_STATUS_FINAL => this.#initializeStatus;
    mcm.on.miniport.InitializeHandlerEx = function* (handle) {
      mcm.initialize(handle);
      yield { event: gate, timeoutNs: Number.POSITIVE_INFINITY };
      return status();
    };
  }

  #pause(): void {
    this.core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
    this.core.begin(this.core.ndis.pauseDevice(this.adapter));
  }

  /** MiniportInitializeEx returns; what NDIS goes on with waits for the test. */
  initialized(status: NDIS_STATUS_FINAL): void {
    this.#initializeStatus = status;
    this.core.client.on.protocol.BindAdapterHandlerEx = () => NDIS_STATUS_PENDING;
    this.#gate.set();
    this.core.settle();
  }
}

interface Cause {
  readonly name: string;
  readonly event: string;
  /** @returns the status of an operation that is over, or "waits". */
  readonly act: (life: Life) => NDIS_STATUS | "waits" | undefined;
}

function operation(core: Core, body: Parameters<Core["begin"]>[0]): NDIS_STATUS | "waits" {
  const result: { status: NDIS_STATUS | "waits" } = { status: "waits" };
  core.begin(
    (function* () {
      result.status = (yield* body) as NDIS_STATUS;
    })(),
  );
  return result.status;
}

const CAUSES: readonly Cause[] = [
  {
    name: "a device arrives in the slot",
    event: "Initialize",
    act: ({ core }) => {
      core.mcm.on.miniport.InitializeHandlerEx = function* (handle) {
        core.mcm.initialize(handle);
        yield { event: new Signal(), timeoutNs: Number.POSITIVE_INFINITY };
        return NDIS_STATUS_SUCCESS;
      };
      return operation(core, core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
    },
  },
  {
    name: "restartDevice",
    event: "Restart",
    act: ({ core, adapter }) => {
      core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_PENDING;
      return operation(core, core.ndis.restartDevice(adapter));
    },
  },
  {
    name: "pauseDevice",
    event: "Pause",
    act: ({ core, adapter }) => {
      core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
      return operation(core, core.ndis.pauseDevice(adapter));
    },
  },
  { name: "removeDevice", event: "Halt", act: ({ core, adapter }) => operation(core, core.ndis.removeDevice(adapter)) },
  { name: "shutDown", event: "Shutdown", act: ({ core }) => operation(core, core.ndis.shutDown()) },
];

/** What an operation comes to where the section has no arrow for it. */
function withoutArrow(state: AdapterState, event: string): string {
  // Nothing runs on a machine that is off; MiniportShutdownEx of an adapter that is not up is not called.
  if (state === "Shutdown") return "nothing happens";
  if (event === "Shutdown") return "nothing happens";
  if (event === "Initialize") return "refused";
  // LIF-07: it waits for what is under way. A removal pauses first.
  if (state === "Initializing" || state === "Restarting" || state === "Pausing") return "waits";
  return state === "Running" && event === "Halt" ? "pauses, then Halted" : "refused";
}

describe("section 23.6: operations on an adapter", () => {
  for (const state of ADAPTER_NAMES) {
    it.each(CAUSES.map((cause) => [cause.name, cause] as const))(`${state}: %s`, (_name, { event, act }) => {
      const life = new Life(state);
      const { core } = life;
      const before = core.mcm.log.length;
      const status = act(life);
      const called = core.mcm.log.slice(before).map(({ name }) => name);
      const wanted = ADAPTER_ARROWS.get(`${state} ${event}`);
      if (wanted !== undefined) {
        expect(life.state).toBe(wanted);
        expect(called.length).toBeGreaterThan(0);
        return;
      }
      const what = withoutArrow(state, event);
      if (what === "pauses, then Halted") {
        expect(called.filter((name) => name.startsWith("Miniport"))).toEqual(["MiniportPause", "MiniportHaltEx"]);
        expect(life.state).toBe("Halted");
        return;
      }
      expect([life.state, called]).toEqual([state, []]);
      if (what === "refused") expect(status).toBe(NDIS_STATUS_FAILURE);
      if (what === "waits") expect(status).toBe("waits");
      expect(core.rules).toEqual([]);
    });
  }
});

describe("section 23.6: completions by the miniport", () => {
  it.each([
    [NDIS_STATUS_SUCCESS, "Paused"],
    [NDIS_STATUS_FAILURE, "Halted"],
  ] as const)("Initializing: MiniportInitializeEx ends with %i", (status, state) => {
    const life = new Life("Initializing");
    life.initialized(status);
    expect(life.state).toBe(state);
    expect(ADAPTER_ARROWS.get(status === NDIS_STATUS_SUCCESS ? "Initializing ok" : "Initializing fail")).toBe(state);
  });

  for (const state of ADAPTER_NAMES) {
    const complete = (status: NDIS_STATUS_FINAL | null) => {
      const life = new Life(state);
      const { ndis, handle } = life.core.mcm;
      const rule = broken(() => {
        if (status === null) ndis.NdisMPauseComplete(handle);
        else ndis.NdisMRestartComplete(handle, status);
      });
      if (rule === "nothing") life.core.settle();
      return [rule, life.state];
    };
    // A halted adapter's handle names nothing (LIF-14).
    const stale = state === "Halted" ? "AF-38 by mcm" : null;

    it(`${state}: NdisMPauseComplete`, () => {
      const wanted = state === "Pausing" ? ["nothing", "Paused"] : [stale ?? "LIF-06 by mcm", state];
      expect(complete(null)).toEqual(wanted);
    });

    it.each([
      [NDIS_STATUS_SUCCESS, "Running"],
      [NDIS_STATUS_FAILURE, "Paused"],
    ] as const)(`${state}: NdisMRestartComplete with %i`, (status, next) => {
      const wanted = state === "Restarting" ? ["nothing", next] : [stale ?? "LIF-09 by mcm", state];
      expect(complete(status)).toEqual(wanted);
    });
  }

  it("sends go down in Running, and OID requests in every state between initialise and halt", () => {
    for (const state of ADAPTER_NAMES) {
      const life = new Life(state);
      const { core } = life;
      if (state === "Halted" || state === "Initializing") continue;
      const before = core.mcm.calls("MiniportOidRequest").length;
      core.client.ndis.NdisOidRequest(core.client.binding, NDIS_OID_REQUEST());
      const asked = core.mcm.calls("MiniportOidRequest").length - before;
      expect([state, asked]).toEqual([state, state === "Shutdown" ? 0 : 1]);
    }
  });
});

// The binding.

/** A binding that has been brought into a state; the client waits there for the test. */
class BoundLife {
  readonly core = new Core();
  #binding: Binding | null = null;

  constructor(state: BindingState) {
    const { core } = this;
    core.load();
    const { protocol } = core.client.on;
    const waitAt: Partial<Record<BindingState, number>> = {
      Restarting: NET_PNP_EVENT_CODE.NetEventRestart,
      Pausing: NET_PNP_EVENT_CODE.NetEventPause,
    };
    protocol.NetPnPEventHandler = (_context, { NetPnPEvent }) =>
      NetPnPEvent.NetEvent === waitAt[state] ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
    if (state === "Opening")
      protocol.BindAdapterHandlerEx = (_context, bindContext) => {
        core.client.bind(bindContext);
        return NDIS_STATUS_PENDING;
      };
    core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
    this.#binding = bindingOf(core) as Binding;
    const adapter = this.#binding.adapter;
    if (state === "Paused") core.run(core.ndis.pauseDevice(adapter));
    if (state === "Pausing") core.begin(core.ndis.pauseDevice(adapter));
    if (state === "Closing") protocol.UnbindAdapterHandlerEx = () => NDIS_STATUS_PENDING;
    if (state === "Closing" || state === "Unbound") core.begin(core.ndis.removeDevice(adapter));
    if (this.state !== state) throw new Error(`${this.state} instead of ${state}`);
  }

  get state(): BindingState {
    return this.#binding?.state ?? "Unbound";
  }

  get hasHandle(): boolean {
    return this.state !== "Unbound";
  }
}

describe("section 23.6: completions by a protocol", () => {
  for (const state of BINDING_NAMES) {
    it(`${state}: NdisCompleteBindAdapterEx`, () => {
      const life = new BoundLife(state);
      const { ndis, bindContext } = life.core.client;
      if (bindContext === null) throw new Error("not asked to bind");
      const rule = broken(() => ndis.NdisCompleteBindAdapterEx(bindContext, NDIS_STATUS_SUCCESS));
      if (rule === "nothing") life.core.settle();
      // An open binding goes on from Paused to Running with its adapter.
      expect([rule, life.state]).toEqual(state === "Opening" ? ["nothing", "Running"] : ["BND-04 by client", state]);
    });

    it.each([
      [NDIS_STATUS_SUCCESS, "ok"],
      [NDIS_STATUS_FAILURE, "fail"],
    ] as const)(`${state}: NdisCompleteNetPnPEvent with %i`, (status, word) => {
      const life = new BoundLife(state);
      const { client } = life.core;
      const events = client.calls("ProtocolNetPnPEvent");
      const notification = (events.at(-1)?.[1] ?? null) as NET_PNP_EVENT_NOTIFICATION;
      const before = life.state;
      const rule = broken(() => {
        client.ndis.NdisCompleteNetPnPEvent(client.binding, notification, status);
        life.core.settle();
      });
      if (state === "Restarting" && word === "ok") expect([rule, life.state]).toEqual(["nothing", "Running"]);
      else if (state === "Pausing" && word === "ok") expect([rule, life.state]).toEqual(["nothing", "Paused"]);
      else if (state === "Restarting" || state === "Pausing") expect(rule).toBe("BND-13 by client");
      else if (state === "Unbound") expect(rule).toBe("BND-03 by client");
      else expect([rule, life.state]).toEqual(["BND-14 by client", before]);
    });

    // In Opening they are from the moment the open is complete (BND-03), which here is before the bind is.
    it(`${state}: OID requests are answered while the adapter is open`, () => {
      const life = new BoundLife(state);
      const { client } = life.core;
      const rule = broken(() => client.ndis.NdisOidRequest(client.binding, NDIS_OID_REQUEST()));
      expect(rule).toBe(life.hasHandle ? "nothing" : "BND-03 by client");
    });
  }
});
