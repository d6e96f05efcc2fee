import { describe, expect, it } from "vitest";
import type {
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisBindContextHandle,
  NdisUnbindContextHandle,
  NET_PNP_EVENT_NOTIFICATION,
} from "../../src/ndis/index.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import { broken, Core } from "./core-harness.ts";
import { adapterOf } from "./core-life.ts";

type Complete = (status: NDIS_STATUS_FINAL) => void;

interface Operation {
  readonly completion: string;
  /** The rule that the second completion breaks, and whose fault it is. */
  readonly broken: string;
  /** Begins something that pends. @returns what completes it. */
  readonly begin: (core: Core) => Complete;
  /** Where the first completion leads to. */
  readonly end: { readonly adapter: string; readonly binding: string };
}

const RUNNING = { adapter: "Running", binding: "Running" };

const OPERATIONS: readonly Operation[] = [
  {
    completion: "NdisCompleteBindAdapterEx",
    broken: "BND-04 by client",
    begin: (core) => {
      const { client } = core;
      const contexts: NdisBindContextHandle[] = [];
      client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
        client.open(bindContext);
        contexts.push(bindContext);
        return NDIS_STATUS_PENDING;
      };
      core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
      return (status) => {
        for (const context of contexts) client.ndis.NdisCompleteBindAdapterEx(context, status);
      };
    },
    end: RUNNING,
  },
  {
    completion: "NdisCompleteUnbindAdapterEx",
    broken: "BND-11 by client",
    begin: (core) => {
      core.startDevice();
      const { client } = core;
      const contexts: NdisUnbindContextHandle[] = [];
      client.on.protocol.UnbindAdapterHandlerEx = (context) => {
        client.unbind();
        contexts.push(context);
        return NDIS_STATUS_PENDING;
      };
      core.begin(core.ndis.removeDevice(adapterOf(core)));
      return () => {
        for (const context of contexts) client.ndis.NdisCompleteUnbindAdapterEx(context);
      };
    },
    end: { adapter: "Halted", binding: "Unbound" },
  },
  {
    completion: "NdisCompleteNetPnPEvent",
    broken: "BND-14 by client",
    begin: (core) => {
      const { client } = core;
      client.on.protocol.NetPnPEventHandler = () => NDIS_STATUS_PENDING;
      core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
      const [, notification] = client.last("ProtocolNetPnPEvent");
      return (status) =>
        client.ndis.NdisCompleteNetPnPEvent(client.binding, notification as NET_PNP_EVENT_NOTIFICATION, status);
    },
    end: RUNNING,
  },
  {
    completion: "NdisMPauseComplete",
    broken: "LIF-06 by mcm",
    begin: (core) => {
      core.startDevice();
      core.mcm.on.miniport.PauseHandler = () => NDIS_STATUS_PENDING;
      core.begin(core.ndis.pauseDevice(adapterOf(core)));
      return () => core.mcm.ndis.NdisMPauseComplete(core.mcm.handle);
    },
    end: { adapter: "Paused", binding: "Paused" },
  },
  {
    completion: "NdisMRestartComplete",
    broken: "LIF-09 by mcm",
    begin: (core) => {
      core.mcm.on.miniport.RestartHandler = () => NDIS_STATUS_PENDING;
      core.begin(core.ndis.startDevice(core.slot, core.mcm.name, new Map()));
      return (status) => core.mcm.ndis.NdisMRestartComplete(core.mcm.handle, status);
    },
    end: RUNNING,
  },
];

/** Something that pends is completed well; the thread that waits for it has not run yet. */
function completed({ begin }: Operation, verifier: boolean) {
  const core = new Core({ verifier });
  core.load();
  const complete = begin(core);
  const adapter = adapterOf(core);
  const [binding] = adapter.bindings;
  complete(NDIS_STATUS_SUCCESS);
  const ended = () => {
    core.settle();
    return { adapter: adapter.state, binding: binding?.state };
  };
  return { core, complete, ended };
}

describe.each(OPERATIONS)("$completion for what is complete already", (operation) => {
  it("is a violation", () => {
    const { complete, ended } = completed(operation, true);
    expect(broken(() => complete(NDIS_STATUS_FAILURE))).toBe(operation.broken);
    expect(ended()).toEqual(operation.end);
  });

  it("does nothing without the verifier", () => {
    const { core, complete, ended } = completed(operation, false);
    complete(NDIS_STATUS_FAILURE);
    expect(core.violations.map(({ rule, owner }) => `${rule} by ${owner}`)).toEqual([operation.broken]);
    expect(ended()).toEqual(operation.end);
    expect(core.violations).toHaveLength(1);
  });
});

describe("what is completed from inside its handler is pended", () => {
  const ANSWERS = [NDIS_STATUS_PENDING, NDIS_STATUS_SUCCESS] as const;
  const expected = (answer: NDIS_STATUS, rule: string): string => (answer === NDIS_STATUS_PENDING ? "nothing" : rule);

  it.each(ANSWERS)("ProtocolBindAdapterEx answers %i", (answer) => {
    const core = new Core();
    core.load();
    const { client } = core;
    client.on.protocol.BindAdapterHandlerEx = (_context, bindContext) => {
      client.open(bindContext);
      client.ndis.NdisCompleteBindAdapterEx(bindContext, NDIS_STATUS_SUCCESS);
      return answer;
    };
    expect(broken(() => core.startDevice())).toBe(expected(answer, "BND-04 by client"));
  });

  it.each(ANSWERS)("ProtocolUnbindAdapterEx answers %i", (answer) => {
    const core = new Core().start();
    const { client } = core;
    client.on.protocol.UnbindAdapterHandlerEx = (context) => {
      client.unbind();
      client.ndis.NdisCompleteUnbindAdapterEx(context);
      return answer;
    };
    expect(broken(() => core.run(core.ndis.removeDevice(adapterOf(core))))).toBe(expected(answer, "BND-11 by client"));
  });

  it.each(ANSWERS)("ProtocolNetPnPEvent answers %i", (answer) => {
    const core = new Core().start();
    const { client } = core;
    client.on.protocol.NetPnPEventHandler = (_context, event) => {
      client.ndis.NdisCompleteNetPnPEvent(client.binding, event, NDIS_STATUS_SUCCESS);
      return answer;
    };
    expect(broken(() => core.run(core.ndis.pauseDevice(adapterOf(core))))).toBe(expected(answer, "BND-14 by client"));
  });

  it.each(ANSWERS)("MiniportPause and MiniportRestart answer %i", (answer) => {
    const core = new Core().start();
    const { mcm } = core;
    mcm.on.miniport.RestartHandler = () => {
      mcm.ndis.NdisMRestartComplete(mcm.handle, NDIS_STATUS_SUCCESS);
      return answer;
    };
    core.run(core.ndis.pauseDevice(adapterOf(core)));
    expect(broken(() => core.run(core.ndis.restartDevice(adapterOf(core))))).toBe(expected(answer, "LIF-09 by mcm"));
    const other = new Core().start();
    other.mcm.on.miniport.PauseHandler = () => {
      other.mcm.ndis.NdisMPauseComplete(other.mcm.handle);
      return answer;
    };
    expect(broken(() => other.run(other.ndis.pauseDevice(adapterOf(other))))).toBe(expected(answer, "LIF-06 by mcm"));
  });
});
