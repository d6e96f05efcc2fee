import { describe, expect, it } from "vitest";
import {
  NDIS_STATUS_CLOSING,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_SUCCESS,
  NET_PNP_EVENT_CODE,
} from "../../src/ndis/index.ts";
import { ALICE, BEST_EFFORT, BOB, MS, Pair } from "../miniport/two-hosts.ts";

const ROUTES = ["mcm", "call-manager"] as const;
const MICROSECOND = 1_000;

/** Moments of a set-up, until after the called client has accepted; a NIC takes about 5 microseconds for a command. */
const MOMENTS = Array.from({ length: 61 }, (_, i) => i);

describe.each(ROUTES)("over the route %s", (route) => {
  const pairOf = () => new Pair({ alice: { host: { route } }, bob: { host: { route } } });
  /** What the callee's VC was when the moment had come. */
  const stateOf = (pair: Pair): string => pair.bob.calls[0]?.state ?? "none";

  it("a fibre that is cut at any moment of a set-up: no rule is broken, the calls end, nothing is left", () => {
    const states = new Set<string>();
    for (const at of MOMENTS) {
      const pair = pairOf().start();
      const call = pair.alice.client.makeCall({ called: BOB, ...BEST_EFFORT });
      pair.run(at * MICROSECOND);
      states.add(stateOf(pair));
      pair.bob.nic.link.setUp(false);
      // Longer than T303, T310 and T308 together.
      pair.run(120_000 * MS);
      expect([at, call.state]).toEqual([at, "closed"]);
      pair.bob.nic.link.setUp(true);
      pair.runUntil(() => pair.alice.isReady && pair.bob.isReady);
      expect([at, pair.stop()]).toEqual([at, {}]);
      expect(pair.bob.calls.every(({ state }) => state === "closed")).toBe(true);
    }
    expect([...states].sort()).toEqual(["accepted", "connected", "none"]);
  });

  it("hosts that are taken down at any moment of a set-up leave nothing behind, neither at themselves nor in the network", () => {
    const states = new Set<string>();
    for (const at of MOMENTS) {
      const pair = pairOf().start();
      pair.alice.client.makeCall({ called: BOB, ...BEST_EFFORT });
      pair.bob.client.makeCall({ called: ALICE, ...BEST_EFFORT });
      pair.run(at * MICROSECOND);
      states.add(stateOf(pair));
      expect([at, pair.stop()]).toEqual([at, {}]);
    }
    expect([...states].sort()).toEqual(["accepted", "connected", "none"]);
  });
});

describe("a stand-alone call manager whose adapter is to be removed", () => {
  const connectedPair = () => {
    const pair = new Pair({ alice: { host: { route: "call-manager" } } }).start();
    const call = pair.alice.call(BOB, BEST_EFFORT);
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    return { pair, call };
  };

  it("ends its calls while the network can be told: the client learns NDIS_STATUS_CLOSING, the peer a clearing", () => {
    const { pair, call } = connectedPair();
    const { machine, ndis } = pair.alice.host;
    machine.processor.startThread("remove", ndis.removeDevice(ndis.adapters[0]));
    pair.runUntil(() => ndis.adapters.length === 0);
    expect([call.state, call.status]).toEqual(["closed", NDIS_STATUS_CLOSING]);
    expect(pair.bob.calls[0].state).toBe("closed");
    // The network did not have to find out by its timers.
    expect(pair.lab.world.clock.nowNs).toBeLessThan(1_000 * MS);
    expect(pair.stop()).toEqual({});
  });

  it("makes calls again when a client is against the removal (BND-13)", () => {
    let refuses = true;
    const pair = new Pair({
      alice: {
        host: { route: "call-manager" },
        wrap: (library) => ({
          ...library,
          NdisRegisterProtocolDriver: (context, characteristics, handle) => {
            const { NetPnPEventHandler } = characteristics;
            return library.NdisRegisterProtocolDriver(
              context,
              {
                ...characteristics,
                NetPnPEventHandler: (binding, notification) =>
                  refuses && notification.NetPnPEvent.NetEvent === NET_PNP_EVENT_CODE.NetEventQueryRemoveDevice
                    ? NDIS_STATUS_FAILURE
                    : (NetPnPEventHandler?.(binding, notification) ?? NDIS_STATUS_SUCCESS),
              },
              handle,
            );
          },
        }),
      },
    }).start();
    const { machine, ndis } = pair.alice.host;
    machine.processor.startThread("remove", ndis.removeDevice(ndis.adapters[0]));
    pair.runUntil(() => machine.processor.liveThreads === 0);
    expect(ndis.adapters).toHaveLength(1);
    pair.runUntil(() => pair.alice.isReady);
    const call = pair.alice.call(BOB, BEST_EFFORT);
    pair.runUntil(() => call.state === "connected");
    expect(call.state).toBe("connected");
    refuses = false;
    expect(pair.stop()).toEqual({});
  });
});
