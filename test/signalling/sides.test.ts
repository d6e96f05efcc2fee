// The two sides of an interface against a peer played by hand: every message in every state, every timer, every error section.
import { describe, expect, it } from "vitest";
import { USER_ROLE } from "../../src/call-manager/user-signalling.ts";
import { NETWORK_ROLE } from "../../src/network/signalling/index.ts";
import type { CallControlRole, Q2931Call, Q2931Message } from "../../src/wire/q2931/index.ts";
import { CALL_STATE, CAUSE, IE, MESSAGE, messageName } from "../../src/wire/q2931/index.ts";
import { octets } from "../q2931/messages.ts";
import { Bench, setup } from "./harness.ts";

const PEER_REFERENCE = 700;

/** A bench with one call in a state. */
interface Stage {
  readonly bench: Bench;
  readonly call: Q2931Call;
  /** Says a message of this type in the call. */
  say(type: number, fill?: (message: Q2931Message) => void): void;
}

const withConnection = (message: Q2931Message) => message.includeConnectionIdentifier(0, 77);
const withCause = (cause: number) => (message: Q2931Message) => message.includeCause(1, cause);

function stage(bench: Bench, call: Q2931Call): Stage {
  const flag = call.isIncoming ? 0 : 1;
  return { bench, call, say: (type, fill) => bench.message(type, call.callReference, flag, fill) };
}

/** The side makes a call; the network side names the virtual channel in its SETUP. */
function outgoing(role: CallControlRole): Stage {
  const bench = new Bench(role);
  const call = role.assignsConnection
    ? bench.control.setupRequest(setup(), null, 0, 77)
    : bench.control.setupRequest(setup(), null);
  if (call === null) throw new Error("refused");
  bench.run();
  return stage(bench, call);
}

/** The side is offered a call. */
function incoming(role: CallControlRole): Stage {
  const bench = new Bench(role);
  const message = setup();
  message.callReference = PEER_REFERENCE;
  if (!role.assignsConnection) withConnection(message);
  bench.say(message);
  const call = bench.notes.calls[0];
  if (role.assignsConnection) bench.control.assignConnection(call, 0, 77);
  return stage(bench, call);
}

const connectedCaller = () => {
  const at = outgoing(USER_ROLE);
  at.say(MESSAGE.connect, withConnection);
  return at;
};

const USER_STATES: Record<string, () => Stage> = {
  U1: () => outgoing(USER_ROLE),
  U3: () => {
    const at = outgoing(USER_ROLE);
    at.say(MESSAGE.callProceeding, withConnection);
    return at;
  },
  U4: () => {
    const at = outgoing(USER_ROLE);
    at.say(MESSAGE.alerting, withConnection);
    return at;
  },
  U6: () => incoming(USER_ROLE),
  U7: () => {
    const at = incoming(USER_ROLE);
    at.bench.control.alertingRequest(at.call);
    return at;
  },
  U8: () => {
    const at = incoming(USER_ROLE);
    at.bench.control.setupResponse(at.call, null);
    return at;
  },
  U9: () => {
    const at = incoming(USER_ROLE);
    at.bench.control.proceedingRequest(at.call);
    return at;
  },
  U10: connectedCaller,
  U11: () => {
    const at = connectedCaller();
    at.bench.control.releaseRequest(at.call, CAUSE.normalCallClearing);
    return at;
  },
  U12: () => {
    const at = connectedCaller();
    at.say(MESSAGE.release, withCause(16));
    return at;
  },
};

const connectedCallee = () => {
  const at = incoming(NETWORK_ROLE);
  at.bench.control.setupResponse(at.call, null);
  return at;
};

const NETWORK_STATES: Record<string, () => Stage> = {
  N1: () => incoming(NETWORK_ROLE),
  N3: () => {
    const at = incoming(NETWORK_ROLE);
    at.bench.control.proceedingRequest(at.call);
    return at;
  },
  N4: () => {
    const at = incoming(NETWORK_ROLE);
    at.bench.control.alertingRequest(at.call);
    return at;
  },
  N6: () => outgoing(NETWORK_ROLE),
  N7: () => {
    const at = outgoing(NETWORK_ROLE);
    at.say(MESSAGE.alerting);
    return at;
  },
  N8: () => {
    const at = outgoing(NETWORK_ROLE);
    at.say(MESSAGE.connect);
    return at;
  },
  N9: () => {
    const at = outgoing(NETWORK_ROLE);
    at.say(MESSAGE.callProceeding);
    return at;
  },
  N10: connectedCallee,
  N11: () => {
    const at = connectedCallee();
    at.say(MESSAGE.release, withCause(16));
    return at;
  },
  N12: () => {
    const at = connectedCallee();
    at.bench.control.releaseRequest(at.call, CAUSE.normalCallClearing);
    return at;
  },
};

/**
 * State by state, what each message leads to: the new state and what is sent. A dot is "STATUS with cause 101, no change"
 * (section 5.6.4); a dash is "nothing at all". Columns in the order of MESSAGES. After the SDL diagrams of Q.2931 annex A.
 */
const MESSAGES = [
  MESSAGE.callProceeding,
  MESSAGE.alerting,
  MESSAGE.connect,
  MESSAGE.connectAcknowledge,
  MESSAGE.release,
  MESSAGE.releaseComplete,
];
const ACK = "CONNECT ACKNOWLEDGE";
const TABLE: Record<string, string[]> = {
  U1: ["3", "4", `10 ${ACK}`, ".", "12", "0"],
  U3: [".", "4", `10 ${ACK}`, ".", "12", "0"],
  U4: [".", ".", `10 ${ACK}`, ".", "12", "0"],
  U6: [".", ".", ".", ".", "12", "0"],
  U7: [".", ".", ".", ".", "12", "0"],
  U8: [".", ".", ".", "10", "12", "0"],
  U9: [".", ".", ".", ".", "12", "0"],
  U10: [".", ".", ".", ".", "12", "0"],
  U11: [".", ".", ".", ".", "0", "0"],
  U12: [".", ".", ".", ".", "-", "0"],
  N1: [".", ".", ".", ".", "11", "0"],
  N3: [".", ".", ".", ".", "11", "0"],
  N4: [".", ".", ".", ".", "11", "0"],
  N6: ["9", "7", "8", ".", "11", "0"],
  N7: [".", ".", "8", ".", "11", "0"],
  N8: [".", ".", ".", ".", "11", "0"],
  N9: [".", "7", "8", ".", "11", "0"],
  N10: [".", ".", ".", "-", "11", "0"],
  N11: [".", ".", ".", ".", "-", "0"],
  N12: [".", ".", ".", ".", "0", "0"],
};

function fillFor(type: number): (message: Q2931Message) => void {
  if (type === MESSAGE.release) return withCause(16);
  if (type === MESSAGE.connectAcknowledge || type === MESSAGE.releaseComplete) return () => {};
  return withConnection;
}

const STATES = { ...USER_STATES, ...NETWORK_STATES };

describe("Q.2931 annex A: messages in the states of a call", () => {
  for (const [name, reach] of Object.entries(STATES)) {
    it(`${name}: every message leads where the SDL says`, () => {
      const number = Number(name.slice(1));
      MESSAGES.forEach((type, column) => {
        const at = reach();
        expect(at.call.state).toBe(number);
        at.bench.heard();
        at.say(type, fillFor(type));
        const cell = TABLE[name][column];
        const where = `${name} ${messageName(type)}`;
        if (cell === ".") {
          expect([where, at.call.state, at.bench.heard()]).toEqual([where, number, [`STATUS 101 in ${number}`]]);
        } else if (cell === "-") {
          expect([where, at.call.state, at.bench.heard()]).toEqual([where, number, []]);
        } else {
          const [to, ...sent] = cell.split(/ (.*)/).filter((part) => part !== "");
          expect([where, at.call.state, at.bench.heard()]).toEqual([where, Number(to), sent]);
        }
      });
    });

    it(`${name}: STATUS ENQUIRY is answered by STATUS with cause 30 and the state; an unknown element adds cause 99`, () => {
      const at = reach();
      at.bench.heard();
      at.say(MESSAGE.statusEnquiry);
      expect(at.bench.heard()).toEqual([`STATUS 30 in ${at.call.state}`]);
      at.say(MESSAGE.addParty, (message) => {
        message.include(IE.calledNumber);
        message.include(IE.endpointReference);
      });
      expect(at.bench.heard()).toEqual([`STATUS 97 in ${at.call.state}`]);
    });

    it(`${name}: STATUS with state 0 ends the call without a message; every end is confirmed once`, () => {
      const at = reach();
      at.bench.heard();
      at.say(MESSAGE.status, (message) => {
        message.includeCause(1, 101);
        message.include(IE.callState);
        message.callState = 0;
      });
      expect(at.call.state).toBe(CALL_STATE.null);
      expect(at.bench.heard()).toEqual([]);
      expect(at.bench.notes.ended.get(at.call)).toBe(1);
      expect(at.bench.control.callCount).toBe(0);
      expect(at.bench.notes.lines.filter((line) => line.startsWith("Release.indication")).length).toBeLessThanOrEqual(
        1,
      );
    });

    it(`${name}: releaseRequest ends the call in the end, whatever the peer says`, () => {
      const at = reach();
      at.bench.heard();
      at.bench.control.releaseRequest(at.call, CAUSE.userBusy);
      at.bench.control.releaseResponse(at.call);
      at.bench.run();
      if (at.call.state !== CALL_STATE.null) at.say(MESSAGE.releaseComplete);
      expect(at.call.state).toBe(CALL_STATE.null);
      expect(at.bench.notes.ended.get(at.call)).toBe(1);
      expect(at.bench.control.releaseRequest(at.call, 16)).toBe(false);
    });
  }
});

describe("requests and their messages", () => {
  it("user: SETUP, CALL PROCEEDING, ALERTING, CONNECT come up with the right indications", () => {
    const { bench, say, call } = outgoing(USER_ROLE);
    expect(bench.heard()).toEqual(["SETUP"]);
    say(MESSAGE.callProceeding, withConnection);
    say(MESSAGE.alerting);
    say(MESSAGE.connect);
    expect(bench.told()).toEqual(["Proceeding.indication", "Alerting.indication", "Setup.confirm 0/77"]);
    expect(bench.heard()).toEqual([ACK]);
    expect([call.vpci, call.vci, call.callReference]).toEqual([0, 77, 1]);
  });

  it("user: an incoming call is answered and acknowledged", () => {
    const { bench, say, call } = incoming(USER_ROLE);
    bench.control.proceedingRequest(call);
    bench.control.alertingRequest(call);
    bench.control.setupResponse(call, null);
    expect(bench.heard()).toEqual(["CALL PROCEEDING", "ALERTING", "CONNECT 0/77"]);
    say(MESSAGE.connectAcknowledge);
    expect(bench.told()).toEqual(["Setup.indication", "Setup-complete.indication"]);
  });

  it("user: a call is refused with RELEASE COMPLETE before the first response, with RELEASE after it", () => {
    const first = incoming(USER_ROLE);
    first.bench.control.releaseRequest(first.call, CAUSE.userBusy);
    expect(first.bench.heard()).toEqual(["RELEASE COMPLETE 17"]);
    const later = USER_STATES.U9();
    later.bench.heard();
    later.bench.control.releaseRequest(later.call, CAUSE.callRejected);
    expect(later.bench.heard()).toEqual(["RELEASE 21"]);
  });

  it("network: the first response names the virtual channel, the later ones do not", () => {
    const { bench, call } = incoming(NETWORK_ROLE);
    bench.control.proceedingRequest(call);
    bench.control.alertingRequest(call);
    bench.control.setupResponse(call, null);
    expect(bench.heard()).toEqual(["CALL PROCEEDING 0/77", "ALERTING", "CONNECT"]);
    const direct = incoming(NETWORK_ROLE);
    direct.bench.control.setupResponse(direct.call, null);
    expect(direct.bench.heard()).toEqual(["CONNECT 0/77"]);
  });

  it("network: CONNECT is acknowledged when its user says so", () => {
    const { bench, call } = NETWORK_STATES.N8();
    expect(bench.heard()).toEqual(["SETUP 0/77"]);
    expect(bench.control.setupCompleteRequest(call)).toBe(true);
    expect(bench.heard()).toEqual([ACK]);
    expect(call.state).toBe(CALL_STATE.active);
  });

  it("a RELEASE is answered when the virtual channel is out of use, and not before", () => {
    const { bench, call } = USER_STATES.U12();
    bench.heard();
    bench.after(60);
    expect(bench.heard()).toEqual([]);
    bench.control.releaseResponse(call);
    expect(bench.heard()).toEqual(["RELEASE COMPLETE"]);
    expect(bench.control.releaseResponse(call)).toBe(false);
  });

  it("requests that a state does not allow are refused and send nothing", () => {
    const { bench, call } = connectedCaller();
    bench.heard();
    expect(bench.control.proceedingRequest(call)).toBe(false);
    expect(bench.control.setupResponse(call, null)).toBe(false);
    expect(bench.control.setupCompleteRequest(call)).toBe(false);
    expect(bench.control.releaseResponse(call)).toBe(false);
    expect(bench.heard()).toEqual([]);
  });

  it("no call can be made while the signalling AAL is down", () => {
    const bench = new Bench(USER_ROLE);
    bench.control.linkDown();
    expect(bench.control.setupRequest(setup(), null)).toBeNull();
    expect(bench.told()).toEqual(["saal down"]);
  });
});

describe("timers, UNI 3.1 section 5.7", () => {
  it("user T303: SETUP is sent twice, 4 s apart, and the call cleared after 8 s with cause 102", () => {
    const { bench, call } = outgoing(USER_ROLE);
    bench.after(3.9);
    expect(bench.heard()).toEqual(["SETUP"]);
    bench.after(0.2);
    expect(bench.heard()).toEqual(["SETUP"]);
    bench.after(3.7);
    expect(call.state).toBe(CALL_STATE.callInitiated);
    bench.after(0.4);
    expect(bench.heard()).toEqual([]);
    expect(bench.told()).toEqual(["Release.indication 102", "Release.confirm"]);
  });

  it("the repeated SETUP is the first one, octet by octet", () => {
    const { bench } = outgoing(USER_ROLE);
    bench.after(4.1);
    const [first, second] = bench.received;
    expect(second.calledNumber.copyAddress()).toEqual(first.calledNumber.copyAddress());
    expect([...second.trafficDescriptor.rates]).toEqual([...first.trafficDescriptor.rates]);
    expect(second.callReference).toBe(first.callReference);
  });

  it("network T303: as the user's, but the cause is 18", () => {
    const { bench } = outgoing(NETWORK_ROLE);
    bench.after(8.1);
    expect(bench.heard()).toEqual(["SETUP 0/77", "SETUP 0/77"]);
    expect(bench.told()).toEqual(["Release.indication 18", "Release.confirm"]);
  });

  const RELEASING: [string, number, string, () => Stage][] = [
    ["user T310 in U3", 10, "RELEASE 102", USER_STATES.U3],
    ["user T301 in U4", 180, "RELEASE 18", USER_STATES.U4],
    ["user T313 in U8", 4, "RELEASE 102", USER_STATES.U8],
    ["network T310 in N9", 10, "RELEASE 102", NETWORK_STATES.N9],
    ["network T301 in N7", 180, "RELEASE 18", NETWORK_STATES.N7],
  ];
  for (const [name, seconds, sent, reach] of RELEASING) {
    it(`${name}: after ${seconds} s ${sent}, with the timer as diagnostics`, () => {
      const at = reach();
      at.bench.heard();
      at.bench.told();
      at.bench.after(seconds - 0.1);
      expect(at.bench.heard()).toEqual([]);
      at.bench.after(0.2);
      const { cause } = at.bench.received[0];
      const diagnostics = String.fromCharCode(...cause.diagnostics.slice(0, cause.diagnosticsLength));
      expect(name).toContain(`T${diagnostics} `);
      expect(at.bench.heard()).toEqual([sent]);
      expect(at.bench.told()).toEqual([`Release.indication ${cause.value}`]);
      at.say(MESSAGE.releaseComplete);
      expect(at.bench.told()).toEqual(["Release.confirm"]);
    });
  }

  it("T308: RELEASE is sent twice, 30 s apart, then the call reference is free", () => {
    for (const at of [USER_STATES.U11(), NETWORK_STATES.N12()]) {
      at.bench.heard();
      at.bench.told();
      at.bench.after(30.1);
      expect(at.bench.heard()).toEqual(["RELEASE 16"]);
      at.bench.after(29.7);
      expect(at.call.state).not.toBe(CALL_STATE.null);
      at.bench.after(0.4);
      expect(at.bench.told()).toEqual(["Release.confirm"]);
      expect(at.bench.control.callCount).toBe(0);
    }
  });

  it("T322: STATUS ENQUIRY is sent twice, 4 s apart, then the call is released with cause 41", () => {
    const { bench, call } = connectedCaller();
    bench.heard();
    expect(bench.control.statusEnquiry(call)).toBe(true);
    expect(bench.control.statusEnquiry(call)).toBe(false);
    bench.after(4.1);
    expect(bench.heard()).toEqual(["STATUS ENQUIRY", "STATUS ENQUIRY"]);
    bench.after(4.1);
    expect(bench.heard()).toEqual(["RELEASE 41"]);
  });

  it("T322 is stopped by the answer, which is told when it fits", () => {
    const { bench, call, say } = connectedCaller();
    bench.told();
    bench.control.statusEnquiry(call);
    say(MESSAGE.status, (message) => {
      message.includeCause(1, CAUSE.responseToStatusEnquiry);
      message.include(IE.callState);
      message.callState = 10;
    });
    bench.heard();
    bench.after(20);
    expect(bench.heard()).toEqual([]);
    expect(bench.told()).toEqual(["Status.indication 10"]);
  });

  it("no timer of call control runs once all calls are over", () => {
    for (const reach of Object.values(STATES)) {
      const at = reach();
      at.bench.control.shutDown(CAUSE.temporaryFailure);
      expect(at.bench.host.timers.running).toBe(0);
      expect(at.bench.control.callCount).toBe(0);
      expect(at.bench.notes.ended.get(at.call)).toBe(1);
    }
  });

  it("an expiry that the host tells too early or too late does no harm", () => {
    const { bench, call } = outgoing(USER_ROLE);
    const other = bench.control.setupRequest(setup(), null);
    bench.after(2);
    for (let timer = 0; timer < 13; timer++) {
      const event = bench.host.timers.events[timer];
      if (event !== 0) {
        bench.clock.cancel(event);
        bench.host.timers.onClock(timer);
      }
    }
    expect([call.state, other?.state]).toEqual([1, 1]);
    bench.after(7);
    expect([call.state, other?.state]).toEqual([0, 0]);
  });

  it("calls that start a timer at different times expire at theirs", () => {
    const bench = new Bench(USER_ROLE);
    const calls = [0, 1, 2].map(() => {
      const call = bench.control.setupRequest(setup(), null);
      bench.after(1);
      return call;
    });
    bench.message(MESSAGE.callProceeding, 2, 1, withConnection);
    bench.after(5.5);
    expect(calls.map((call) => call?.state)).toEqual([0, 3, 1]);
    bench.after(1.6);
    expect(calls.map((call) => call?.state)).toEqual([0, 3, 0]);
  });
});

describe("loss of the signalling AAL, section 5.6.10", () => {
  it("calls that are not active are cleared at once, active ones after T309 (10 s) with cause 27", () => {
    for (const [name, reach] of Object.entries(STATES)) {
      const at = reach();
      at.bench.told();
      at.bench.control.linkDown();
      const isActive = name.endsWith("10");
      expect([name, at.call.state]).toEqual([name, isActive ? CALL_STATE.active : CALL_STATE.null]);
      at.bench.after(9.9);
      expect(at.call.state).toBe(isActive ? CALL_STATE.active : CALL_STATE.null);
      at.bench.after(0.2);
      expect(at.call.state).toBe(CALL_STATE.null);
      expect(at.bench.notes.ended.get(at.call)).toBe(1);
      if (isActive) expect(at.call.cause).toBe(CAUSE.destinationOutOfOrder);
    }
  });

  it("when it is back in time the call lives on, and its state is asked for", () => {
    const { bench, call, say } = connectedCaller();
    bench.heard();
    bench.control.linkDown();
    bench.after(2);
    bench.control.establish();
    expect(bench.heard()).toEqual(["STATUS ENQUIRY"]);
    say(MESSAGE.status, (message) => {
      message.includeCause(1, CAUSE.responseToStatusEnquiry);
      message.include(IE.callState);
      message.callState = 10;
    });
    bench.after(60);
    expect(call.state).toBe(CALL_STATE.active);
  });

  it("a peer that ends the connection: it is asked for again while there are calls to save", () => {
    const { bench, call } = connectedCaller();
    bench.told();
    bench.peer.release();
    bench.run();
    expect(bench.told()).toEqual(["saal down", "saal up"]);
    expect(call.state).toBe(CALL_STATE.active);
  });

  it("releasing a call while it is down does not wait for anybody", () => {
    const { bench, call } = connectedCaller();
    bench.told();
    bench.control.linkDown();
    bench.control.releaseRequest(call, CAUSE.normalCallClearing);
    expect(bench.told()).toEqual(["saal down", "Release.confirm"]);
    expect(bench.control.callCount).toBe(0);
  });

  it("5.6.9: a reset of the connection leaves calls alone and compares the states of active ones", () => {
    const { bench, call } = connectedCaller();
    const waiting = bench.control.setupRequest(setup(), null);
    bench.heard();
    bench.peer.establish();
    expect(bench.heard()).toEqual(["STATUS ENQUIRY"]);
    expect([call.state, waiting?.state]).toEqual([CALL_STATE.active, CALL_STATE.callInitiated]);
  });
});

describe("error conditions, section 5.6", () => {
  const UNKNOWN = "09 03 000123";

  it("5.6.1, 5.6.2, 5.6.3.1: what is no message is ignored", () => {
    const { bench } = connectedCaller();
    bench.heard();
    for (const text of ["08 03 800001 4d 80 0000", "09 03 80", "09 01 01 4d 80 0000", ""])
      bench.sayOctets(octets(text));
    expect(bench.heard()).toEqual([]);
    expect(bench.control.counters.messagesDiscarded).toBe(4);
  });

  it("5.6.3.2 a, b: a message with an unknown call reference is answered by RELEASE COMPLETE with cause 81", () => {
    for (const type of ["01", "02", "07", "0f", "4d", "6e", "88"]) {
      const bench = new Bench(USER_ROLE);
      bench.sayOctets(octets(`${UNKNOWN} ${type} 80 0006 08 80 0002 81 90`));
      expect([type, bench.received[0].callReferenceFlag, bench.received[0].callReference]).toEqual([type, 1, 0x123]);
      expect(bench.heard()).toEqual(["RELEASE COMPLETE 81"]);
      expect(bench.control.callCount).toBe(0);
    }
  });

  it("5.6.3.2 c, d, e: RELEASE COMPLETE for no call, SETUP with a wrong flag and SETUP for a call are ignored", () => {
    const { bench, say } = incoming(USER_ROLE);
    bench.told();
    bench.sayOctets(octets(`${UNKNOWN} 5a 80 0000`));
    const wrongFlag = setup();
    wrongFlag.callReference = 55;
    wrongFlag.callReferenceFlag = 1;
    withConnection(wrongFlag);
    bench.say(wrongFlag);
    say(MESSAGE.setup);
    expect(bench.heard()).toEqual([]);
    expect(bench.told()).toEqual([]);
    expect(bench.control.callCount).toBe(1);
  });

  it("both sides may use the same call reference value for calls of their own", () => {
    const { bench, call } = outgoing(USER_ROLE);
    const message = setup();
    message.callReference = call.callReference;
    withConnection(message);
    bench.say(message);
    expect(bench.control.callCount).toBe(2);
    const theirs = bench.notes.calls[0];
    bench.control.releaseRequest(theirs, CAUSE.userBusy);
    bench.run();
    expect([call.state, theirs.state]).toEqual([CALL_STATE.callInitiated, CALL_STATE.null]);
  });

  it("5.6.11: STATUS ENQUIRY for no call is answered by STATUS in state 0; 5.6.12: STATUS for no call ends it there", () => {
    const bench = new Bench(USER_ROLE);
    bench.sayOctets(octets(`${UNKNOWN} 75 80 0000`));
    expect(bench.heard()).toEqual(["STATUS 30 in 0"]);
    bench.sayOctets(octets(`${UNKNOWN} 7d 80 000b 08 80 0002 81 9e 14 80 0001 0a`));
    expect(bench.heard()).toEqual(["RELEASE COMPLETE 101"]);
    bench.sayOctets(octets(`${UNKNOWN} 7d 80 000b 08 80 0002 81 9e 14 80 0001 00`));
    expect(bench.heard()).toEqual([]);
  });

  it("5.6.4: an unknown message type in a call is answered by STATUS with cause 97", () => {
    const { bench } = connectedCaller();
    bench.heard();
    bench.sayOctets(octets("09 03 800001 3f 80 0000"));
    const { cause } = bench.received[0];
    expect([cause.diagnosticsLength, cause.diagnostics[0]]).toEqual([1, 0x3f]);
    expect(bench.heard()).toEqual(["STATUS 97 in 10"]);
  });

  it("5.6.7.1: SETUP without a mandatory element is refused with cause 96 and the element, and makes no call", () => {
    const bench = new Bench(NETWORK_ROLE);
    const message = setup();
    message.callReference = 9;
    message.exclude(IE.calledNumber);
    bench.say(message);
    const { cause } = bench.received[0];
    expect(cause.diagnostics[0]).toBe(0x70);
    expect(bench.heard()).toEqual(["RELEASE COMPLETE 96"]);
    expect(bench.told()).toEqual([]);
    expect(bench.control.callCount).toBe(0);
  });

  it("5.6.7.2: SETUP with wrong contents of a mandatory element is refused with cause 100", () => {
    const bench = new Bench(NETWORK_ROLE);
    bench.sayOctets(
      octets(
        "09 03 000009 05 80 0022 59 80 0008 84 0003e8 85 0003e8 5e 80 0002 83 80 70 80 0002 82 47 5c 80 0002 0000",
      ),
    );
    expect(bench.heard()).toEqual(["RELEASE COMPLETE 100"]);
  });

  it("5.6.7.1: RELEASE without a cause counts as cause 31, and RELEASE COMPLETE tells what was missing", () => {
    const { bench, say, call } = connectedCaller();
    bench.heard();
    bench.told();
    say(MESSAGE.release);
    expect(bench.told()).toEqual(["Release.indication 31"]);
    bench.control.releaseResponse(call);
    expect(bench.heard()).toEqual(["RELEASE COMPLETE 96"]);
  });

  it("a first response without a connection identifier is a missing mandatory element: RELEASE with cause 96", () => {
    const { bench, say, call } = outgoing(USER_ROLE);
    bench.heard();
    say(MESSAGE.callProceeding);
    expect(bench.received[0].cause.diagnostics[0]).toBe(0x5a);
    expect(bench.heard()).toEqual(["RELEASE 96"]);
    expect(bench.told()).toEqual(["Release.indication 96"]);
    expect(call.state).toBe(CALL_STATE.releaseRequest);
  });

  it("5.6.8.1: an unrecognised element is reported by STATUS with cause 99, and the message counts", () => {
    const { bench, call } = outgoing(USER_ROLE);
    bench.heard();
    bench.sayOctets(octets("09 03 800001 02 80 0010 42 80 0003 010203 5a 80 0005 88 0000 004d"));
    expect(bench.heard()).toEqual(["STATUS 99 in 1"]);
    expect([call.state, call.vci]).toEqual([CALL_STATE.outgoingCallProceeding, 77]);
  });

  it("5.7.2: an element that asks for it clears the call when it is not understood", () => {
    const { bench, call } = connectedCaller();
    bench.heard();
    bench.told();
    bench.sayOctets(octets("09 03 800001 6e 80 000d 42 90 0003 010203 27 80 0002 f1f1"));
    expect(bench.heard()).toEqual(["RELEASE 99"]);
    expect(bench.told()).toEqual(["Release.indication 99"]);
    expect(call.state).toBe(CALL_STATE.releaseRequest);
  });

  it("5.6.12: STATUS with a state that does not fit clears the call with cause 101, in every state", () => {
    for (const [name, reach] of Object.entries(STATES)) {
      const at = reach();
      at.bench.heard();
      at.say(MESSAGE.status, (message) => {
        message.includeCause(1, 101);
        message.include(IE.callState);
        message.callState = 2;
      });
      const isReleasing = /1[12]/.test(name);
      expect([name, ...at.bench.heard()]).toEqual(isReleasing ? [name] : [name, "RELEASE 101"]);
    }
  });
});

describe("restart, section 5.5", () => {
  it("RESTART of all channels clears all calls and is acknowledged", () => {
    const { bench, call } = connectedCaller();
    const other = bench.control.setupRequest(setup(), null);
    bench.heard();
    bench.told();
    bench.sayOctets(octets("09 03 000000 46 80 0005 79 80 0001 82"));
    expect([call.state, other?.state]).toEqual([0, 0]);
    expect(bench.received[0]).toMatchObject({ callReference: 0, callReferenceFlag: 1, restartClass: 2 });
    expect(bench.heard()).toEqual(["RESTART ACKNOWLEDGE"]);
    expect(bench.told().at(-1)).toBe("Restart.indication 2 -1/-1");
  });

  it("RESTART of one channel clears the call on it and no other", () => {
    const { bench, call } = connectedCaller();
    bench.heard();
    bench.sayOctets(octets("09 03 000000 46 80 000e 5a 80 0005 88 0000 004e 79 80 0001 80"));
    expect(call.state).toBe(CALL_STATE.active);
    bench.sayOctets(octets("09 03 000000 46 80 000e 5a 80 0005 88 0000 004d 79 80 0001 80"));
    expect(call.state).toBe(CALL_STATE.null);
    expect(bench.heard()).toEqual(["RESTART ACKNOWLEDGE 0/78", "RESTART ACKNOWLEDGE 0/77"]);
  });

  it("a restart of one's own is repeated after T316 (120 s) and given up after another", () => {
    const { bench, call } = connectedCaller();
    bench.heard();
    bench.told();
    expect(bench.control.restartRequest(2)).toBe(true);
    expect(bench.control.restartRequest(2)).toBe(false);
    expect(call.state).toBe(CALL_STATE.null);
    bench.after(121);
    expect(bench.heard()).toEqual(["RESTART", "RESTART"]);
    bench.told();
    bench.after(120);
    expect(bench.told()).toEqual(["Restart.confirm false"]);
  });

  it("RESTART ACKNOWLEDGE ends it", () => {
    const bench = new Bench(NETWORK_ROLE);
    bench.control.restartRequest(0, 0, 77);
    expect(bench.heard()).toEqual(["RESTART 0/77"]);
    bench.sayOctets(octets("09 03 800000 4e 80 000e 5a 80 0005 88 0000 004d 79 80 0001 80"));
    expect(bench.told()).toEqual(["Restart.confirm true"]);
    bench.after(300);
    expect(bench.heard()).toEqual([]);
  });

  it("5.6.3.2 f: another message with the global call reference is answered by STATUS with cause 81", () => {
    const bench = new Bench(USER_ROLE);
    bench.sayOctets(octets("09 03 000000 0f 80 0000"));
    expect(bench.received[0]).toMatchObject({ callReference: 0, callReferenceFlag: 1 });
    expect(bench.heard()).toEqual(["STATUS 81 in 0"]);
    bench.sayOctets(octets("09 03 000000 46 80 0005 79 80 0001 80"));
    expect(bench.heard()).toEqual(["STATUS 96 in 0"]);
  });
});
