import { describe, expect, it } from "vitest";
import { parseAtmAddressPrefix } from "../../src/wire/atm-address.ts";
import { CALL_STATE, CAUSE, IE, TRAFFIC_RATE } from "../../src/wire/q2931/index.ts";
import { ALICE, addressOf, BOB, CAROL, Fabric, Network, NOTHING_LEFT, setup } from "./harness.ts";

function network(): Network {
  const made = new Network([ALICE, BOB, CAROL]);
  made.establish();
  return made;
}

describe("a call through a switch", () => {
  it("comes up with the messages of UNI 3.1 section 5.5 at both ends, and goes down again", () => {
    const net = network();
    const call = net.call(0);
    net.run();
    expect(net.notes[0].messages).toEqual([
      "sent SETUP",
      "received CALL PROCEEDING",
      "received CONNECT",
      "sent CONNECT ACKNOWLEDGE",
    ]);
    expect(net.notes[1].messages).toEqual([
      "received SETUP",
      "sent CALL PROCEEDING",
      "sent CONNECT",
      "received CONNECT ACKNOWLEDGE",
    ]);
    expect(call.state).toBe(CALL_STATE.active);
    expect(net.notes[1].calls[0].state).toBe(CALL_STATE.active);
    expect(net.notes[0].lines).toEqual(["saal up", "Proceeding.indication", "Setup.confirm 0/32"]);
    expect([...net.fabric.joined]).toEqual([
      ["1:32", "0:32"],
      ["0:32", "1:32"],
    ]);
    net.users[0].releaseRequest(call, CAUSE.normalCallClearing);
    net.run();
    expect(net.notes[0].messages.slice(4)).toEqual(["sent RELEASE", "received RELEASE COMPLETE"]);
    expect(net.notes[1].messages.slice(4)).toEqual(["received RELEASE", "sent RELEASE COMPLETE"]);
    expect(net.notes[1].lines.slice(-2)).toEqual(["Release.indication 16", "Release.confirm"]);
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("is cleared by the called side just as well, and both labels are free only then", () => {
    const net = network();
    net.notes[0].onReleased = () => {};
    const call = net.call(0);
    net.run();
    net.users[1].releaseRequest(net.notes[1].calls[0], CAUSE.normalCallClearing);
    net.run();
    expect(call.state).toBe(CALL_STATE.releaseIndication);
    expect(net.leftovers()).toEqual({ ...NOTHING_LEFT, userCalls: 1, switchCalls: 1, legs: 1, labels: 1 });
    net.users[0].releaseResponse(call);
    net.run();
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("carries what the caller said to the called side, with the virtual channel of that interface", () => {
    const net = network();
    net.call(0);
    net.run();
    let seen = {};
    net.notes[1].onSetup = (call, message) => {
      seen = {
        vc: [call.vpci, call.vci, message.connectionIdentifier.vci],
        sdu: message.aalParameters.forwardMaximumSduSize,
        peak: message.trafficDescriptor.rate(TRAFFIC_RATE.forwardPeakClp01),
        called: message.calledNumber.copyAddress(),
        high: message.highLayerInformation.length,
      };
    };
    const message = setup(BOB, 777);
    message.include(IE.highLayerInformation);
    message.highLayerInformation.length = 3;
    net.call(0, message);
    net.run();
    expect(seen).toEqual({ vc: [0, 33, 33], sdu: 9180, peak: 777, called: BOB, high: 3 });
  });

  it("a caller that asks for a virtual channel gets it, or cause 35", () => {
    const net = network();
    const ask = () => {
      const message = setup();
      message.includeConnectionIdentifier(0, 100);
      return net.call(0, message);
    };
    const first = ask();
    net.run();
    expect(first.vci).toBe(100);
    const second = ask();
    net.run();
    expect([second.state, second.cause]).toEqual([CALL_STATE.null, CAUSE.vpciVciUnavailable]);
  });

  it("alerting is passed on", () => {
    const net = network();
    net.notes[1].onSetup = (call) => net.users[1].alertingRequest(call);
    const call = net.call(0);
    net.run();
    expect(call.state).toBe(CALL_STATE.callDelivered);
    net.users[1].setupResponse(net.notes[1].calls[0], null);
    net.run();
    expect(call.state).toBe(CALL_STATE.active);
  });

  it("a native E.164 number is a called party number too", () => {
    const net = network();
    const call = net.call(0, setup(CAROL));
    net.run();
    expect(call.state).toBe(CALL_STATE.active);
    expect(net.notes[2].calls).toHaveLength(1);
  });

  it("one user may call itself through the switch", () => {
    const net = network();
    const call = net.call(0, setup(ALICE));
    net.run();
    expect(call.state).toBe(CALL_STATE.active);
    net.users[0].releaseRequest(call, CAUSE.normalCallClearing);
    net.run();
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
  });
});

describe("refusals of the network", () => {
  const REFUSALS: [string, number, (net: Network) => ReturnType<typeof setup>][] = [
    ["no route to the number", CAUSE.noRouteToDestination, () => setup(addressOf("+4930"))],
    [
      "the link of the called user is down",
      CAUSE.destinationOutOfOrder,
      (net) => {
        net.fabric.up[1] = false;
        return setup();
      },
    ],
    [
      "the signalling AAL of the called user is down",
      CAUSE.destinationOutOfOrder,
      (net) => {
        net.cut(1);
        net.callControl.ports[1].control.linkDown();
        return setup();
      },
    ],
    ["more cells than the link has left", CAUSE.userCellRateUnavailable, () => setup(BOB, 400_000, false)],
    [
      "a QoS class that ITU coding does not have",
      CAUSE.qualityOfServiceUnavailable,
      () => {
        const message = setup();
        message.qualityOfService.set(0, 1, 1);
        return message;
      },
    ],
    [
      "a transit network",
      CAUSE.noRouteToTransitNetwork,
      () => {
        const message = setup();
        message.include(IE.transitNetworkSelection);
        message.transitNetworkSelection.length = 3;
        return message;
      },
    ],
    [
      "a configuration that is neither point-to-point nor point-to-multipoint",
      CAUSE.bearerCapabilityNotImplemented,
      () => {
        const message = setup();
        message.bearerCapability.userPlane = 2;
        return message;
      },
    ],
    [
      "a descriptor without peak rates",
      CAUSE.unsupportedTrafficParameters,
      () => {
        const message = setup();
        message.trafficDescriptor.clear();
        message.trafficDescriptor.bestEffort = true;
        return message;
      },
    ],
  ];
  for (const [name, cause, prepare] of REFUSALS) {
    it(`${name}: cause ${cause}, nothing held`, () => {
      const net = network();
      const call = net.call(0, prepare(net));
      net.run();
      expect([call.state, call.cause]).toEqual([CALL_STATE.null, cause]);
      expect(net.notes[0].lines.slice(-2)).toEqual([`Release.indication ${cause}`, "Release.confirm"]);
      expect(net.callControl.counters.callsRefused).toBe(1);
      expect(net.leftovers()).toEqual(NOTHING_LEFT);
    });
  }

  it("a number below a served prefix that nobody has is unallocated: cause 1", () => {
    const prefix = parseAtmAddressPrefix("47.0005.80");
    if (prefix.kind === "error") throw new Error(prefix.message);
    const net = new Network([BOB], { servedPrefixes: [prefix] });
    net.establish();
    const call = net.call(0, setup(ALICE));
    net.run();
    expect(call.cause).toBe(CAUSE.unallocatedNumber);
  });

  it("no virtual channel left on either side: cause 45", () => {
    for (const short of [0, 1]) {
      const fabric = new Fabric(2);
      for (let vci = 32; vci <= 65_535; vci++) fabric.labels[short].reserve(vci);
      const net = new Network([ALICE, BOB], {}, fabric);
      net.establish();
      const call = net.call(0);
      net.run();
      expect(call.cause).toBe(CAUSE.noVpciVciAvailable);
      expect(net.leftovers()).toEqual({ ...NOTHING_LEFT, labels: 65_504 });
    }
  });

  it("a connection that the switch cannot make: both users are released with cause 41", () => {
    const net = network();
    net.fabric.joined.set("0:32", "2:99");
    const call = net.call(0);
    net.run();
    expect([call.state, call.cause]).toEqual([CALL_STATE.null, CAUSE.temporaryFailure]);
    expect(net.notes[1].lines.slice(-2)).toEqual(["Release.indication 41", "Release.confirm"]);
    expect(net.leftovers()).toEqual({ ...NOTHING_LEFT, joined: 1 });
  });

  it("capacity is charged on both links while a call lasts, and 37 tells the caller that would exceed it", () => {
    const net = network();
    const first = net.call(0, setup(BOB, 200_000, false));
    net.run();
    expect(net.fabric.admission.map((each) => each.fromUserCellsPerSecond)).toEqual([200_000, 200_000, 0]);
    const second = net.call(0, setup(BOB, 200_000, false));
    net.run();
    expect(second.cause).toBe(CAUSE.userCellRateUnavailable);
    net.users[0].releaseRequest(first, CAUSE.normalCallClearing);
    net.run();
    const third = net.call(0, setup(BOB, 200_000, false));
    net.run();
    expect(third.state).toBe(CALL_STATE.active);
  });

  it("the called user's refusal reaches the caller with its cause, location and diagnostics", () => {
    for (const cause of [CAUSE.userBusy, CAUSE.callRejected, CAUSE.incompatibleDestination]) {
      const net = network();
      net.notes[1].onSetup = (call) => net.users[1].releaseRequest(call, cause);
      const call = net.call(0);
      net.run();
      expect([call.state, call.cause, call.causeLocation]).toEqual([CALL_STATE.null, cause, 0]);
      expect(net.leftovers()).toEqual(NOTHING_LEFT);
    }
  });
});

describe("losses", () => {
  it("link down at the called side: the caller is released with cause 27", () => {
    const net = network();
    const call = net.call(0);
    net.run();
    net.cut(1);
    net.users[1].linkDown();
    net.callControl.portStateChanged(1, false);
    net.run();
    expect([call.state, call.cause]).toEqual([CALL_STATE.null, CAUSE.destinationOutOfOrder]);
    net.after(11);
    expect(net.notes[1].lines.slice(-2)).toEqual(["Release.indication 27", "Release.confirm"]);
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("link down while SETUP is under way: the caller is released, nothing is held", () => {
    const net = network();
    net.notes[1].onSetup = () => {};
    const call = net.call(0);
    net.run();
    expect(call.state).toBe(CALL_STATE.outgoingCallProceeding);
    net.cut(1);
    net.callControl.portStateChanged(1, false);
    net.users[1].linkDown();
    net.run();
    expect([call.state, call.cause]).toEqual([CALL_STATE.null, CAUSE.destinationOutOfOrder]);
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("a link that comes back within T309: the user's active call is found unknown there and cleared", () => {
    const net = network();
    const call = net.call(0);
    net.run();
    net.cut(0);
    net.users[0].linkDown();
    net.callControl.portStateChanged(0, false);
    net.run();
    expect(call.state).toBe(CALL_STATE.active);
    net.mend(0);
    net.users[0].establish();
    net.run();
    expect(call.state).toBe(CALL_STATE.null);
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("a silent called user: T303 twice at the network, then cause 18 for the caller", () => {
    const net = network();
    // The user's SSCOP works, its call control does not answer.
    net.notes[1].onSetup = () => {};
    const call = net.call(0);
    net.after(3);
    expect(call.state).toBe(CALL_STATE.outgoingCallProceeding);
    net.after(6);
    expect([call.state, call.cause]).toEqual([CALL_STATE.null, CAUSE.noUserResponding]);
  });
});

describe("many calls", () => {
  it("1,000 calls up at once and down again leave nothing, and every call ends once", () => {
    const net = network();
    const calls = Array.from({ length: 1000 }, () => net.call(0));
    net.run(20);
    expect(calls.every((call) => call.state === CALL_STATE.active)).toBe(true);
    expect(new Set(calls.map((call) => call.vci)).size).toBe(1000);
    expect(net.leftovers()).toMatchObject({ userCalls: 2000, switchCalls: 2000, labels: 2000, joined: 2000 });
    for (const call of calls) net.users[0].releaseRequest(call, CAUSE.normalCallClearing);
    net.run(20);
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
    for (const notes of net.notes) expect([...notes.ended.values()].every((count) => count === 1)).toBe(true);
    expect(net.notes[0].ended.size).toBe(1000);
    expect(net.notes[1].ended.size).toBe(1000);
  });

  it("a channel that loses one PDU in ten delays calls but spoils none", () => {
    const net = network();
    for (const channel of [...net.toSwitch, ...net.toUser]) channel.lossBelow = 0.1;
    const calls = Array.from({ length: 200 }, () => net.call(0));
    net.after(9);
    expect(calls.filter((call) => call.state === CALL_STATE.active)).toHaveLength(200);
    for (const call of calls) net.users[0].releaseRequest(call, CAUSE.normalCallClearing);
    net.after(9);
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
  });

  it("5.4.5: when both ends clear at the same moment, RELEASE meets RELEASE and both are done", () => {
    const net = network();
    const call = net.call(0);
    net.run();
    net.users[0].releaseRequest(call, CAUSE.normalCallClearing);
    net.users[1].releaseRequest(net.notes[1].calls[0], CAUSE.normalCallClearing);
    net.run();
    expect(net.leftovers()).toEqual(NOTHING_LEFT);
    expect(net.notes[1].messages.slice(-2)).toEqual(["sent RELEASE", "received RELEASE"]);
  });
});
