import { describe, expect, it } from "vitest";
import {
  SSCOP_DATA_TRANSFER_READY,
  SSCOP_ESTABLISHED_BY_PEER,
  SSCOP_ESTABLISHED_BY_RECOVERY,
  SSCOP_ESTABLISHED_BY_REQUEST,
  SSCOP_ESTABLISHED_BY_RESYNCHRONIZATION,
  SSCOP_IDLE,
  SSCOP_OUTGOING_CONNECTION_PENDING,
  SSCOP_OUTGOING_DISCONNECTION_PENDING,
  SSCOP_OUTGOING_RECOVERY_PENDING,
  SSCOP_OUTGOING_RESYNCHRONIZATION_PENDING,
  SSCOP_RELEASED_BY_PEER,
  SSCOP_RELEASED_BY_PROTOCOL,
  SSCOP_RELEASED_BY_REQUEST,
  SSCOP_RELEASED_NO_RESPONSE,
  SSCOP_RELEASED_REJECTED,
  SSCOP_RELEASED_REPLACED,
  SSCOP_TIMER_CC,
  SSCOP_TIMER_IDLE,
  SSCOP_TIMER_KEEP_ALIVE,
  SSCOP_TIMER_NO_RESPONSE,
  SSCOP_TIMER_POLL,
  SSCOP_UNI_PARAMETERS,
} from "../../src/wire/index.ts";
import { End, Pair } from "./sscop-harness.ts";

const BGN_1 = "0000000101000400";
const BGN_2 = "0000000201000400";
const BGAK = "0000000002000400";
const BGREJ = "0000000007000000";
const END = "0000000003000000";
const END_OF_SSCOP = "0000000013000000";
const ENDAK = "0000000004000000";
const RS_2 = "0000000205000400";
const RSAK = "0000000006000400";
const ER_2 = "0000000209000400";
const ERAK = "000000000f000400";

/** One end that is ready, by its own request, with nothing sent or told yet. */
function readyEnd(): End {
  const end = new End();
  end.connection.establish();
  end.receiveHex(BGAK);
  expect(end.connection.state).toBe(SSCOP_DATA_TRANSFER_READY);
  end.takeSent();
  end.events.length = 0;
  return end;
}

const establish = `established:${SSCOP_ESTABLISHED_BY_REQUEST}`;

describe("SSCOP establishment", () => {
  it("BGN and BGAK make both ends ready, and tell both", () => {
    const pair = new Pair();
    pair.a.connection.establish();
    expect(pair.a.connection.state).toBe(SSCOP_OUTGOING_CONNECTION_PENDING);
    pair.settle();
    expect(pair.a.events).toEqual([establish]);
    expect(pair.b.events).toEqual([`established:${SSCOP_ESTABLISHED_BY_PEER}`]);
    expect(pair.a.transitions).toEqual(["1-2 AAL-ESTABLISH.request", "2-10 BGAK"]);
    expect(pair.b.transitions).toEqual(["1-3 BGN", "3-10 BGN"]);
    expect([...pair.a.timers.keys()].sort()).toEqual([SSCOP_TIMER_POLL, SSCOP_TIMER_NO_RESPONSE]);
  });

  it("a BGN with this credit and sequence number is sent, and again every Timer_CC (1 s), MaxCC (4) times in all", () => {
    const end = new End();
    end.connection.establish();
    expect(end.takeSent()).toEqual([BGN_1]);
    end.advanceTo(2999);
    expect(end.takeSent()).toEqual([BGN_1, BGN_1]);
    end.advanceTo(3999);
    expect(end.takeSent()).toEqual([BGN_1]);
    end.advanceTo(4000);
    expect(end.takeSent()).toEqual([END_OF_SSCOP]);
    expect(end.events).toEqual([`released:${SSCOP_RELEASED_NO_RESPONSE}`]);
    expect(end.errors).toEqual(["O"]);
    expect([end.connection.state, end.timers.size]).toEqual([SSCOP_IDLE, 0]);
  });

  it("a refusal by BGREJ is told", () => {
    const end = new End();
    end.connection.establish();
    end.receiveHex(BGREJ);
    expect(end.events).toEqual([`released:${SSCOP_RELEASED_REJECTED}`]);
    expect([end.connection.state, end.timers.size]).toEqual([SSCOP_IDLE, 0]);
  });

  it("two ends that begin at once become ready once each", () => {
    const pair = new Pair();
    pair.a.connection.establish();
    pair.b.connection.establish();
    pair.settle();
    expect([pair.a.events, pair.b.events]).toEqual([[establish], [establish]]);
    pair.a.send("x");
    pair.b.send("y");
    pair.settle();
    expect([pair.a.delivered, pair.b.delivered]).toEqual([["y"], ["x"]]);
  });

  it("a BGN whose BGAK was lost is answered again without telling the user again", () => {
    const end = new End();
    end.receiveHex(BGN_1);
    end.receiveHex(BGN_1);
    expect(end.takeSent()).toEqual([BGAK, BGAK]);
    expect(end.events).toEqual([`established:${SSCOP_ESTABLISHED_BY_PEER}`]);
  });

  it("a user that gives up when told of the replacement is not told of an establishment", () => {
    const end = readyEnd();
    end.released = (reason): void => {
      end.events.push(`released:${reason}`);
      end.connection.abort();
    };
    end.receiveHex(BGN_1);
    expect(end.events).toEqual([`released:${SSCOP_RELEASED_REPLACED}`]);
  });

  it("an END of an earlier connection does not disturb the one that is being set up", () => {
    const end = new End();
    end.connection.establish();
    end.takeSent();
    end.receiveHex(END);
    end.receiveHex(ENDAK);
    expect([end.takeSent(), end.events]).toEqual([[], []]);
    expect(end.connection.state).toBe(SSCOP_OUTGOING_CONNECTION_PENDING);
  });

  it("a late repetition of the BGN of a connection that is over is refused", () => {
    const end = new End();
    end.receiveHex(BGN_1);
    end.receiveHex(END);
    end.takeSent();
    end.receiveHex(BGN_1);
    expect(end.takeSent()).toEqual([BGREJ]);
    end.receiveHex(BGN_2);
    expect(end.takeSent()).toEqual([BGAK]);
  });

  it("a new BGN on a ready connection replaces it: released, then established; queued messages are dropped", () => {
    const end = readyEnd();
    end.send("lost");
    end.takeSent();
    end.receiveHex(BGN_1);
    expect(end.takeSent()).toEqual([BGAK]);
    expect(end.events).toEqual([`released:${SSCOP_RELEASED_REPLACED}`, `established:${SSCOP_ESTABLISHED_BY_PEER}`]);
    expect(end.connection.pendingCount).toBe(0);
  });

  it("a message is refused unless the connection is ready, and when it is longer than k", () => {
    const end = new End();
    expect(end.send("x")).toBe(false);
    end.connection.establish();
    expect(end.send("x")).toBe(false);
    end.receiveHex(BGAK);
    expect(end.send("x".repeat(4096))).toBe(true);
    expect(end.send("x".repeat(4097))).toBe(false);
  });
});

describe("SSCOP release", () => {
  it("END and ENDAK end the connection at both ends, and every timer", () => {
    const pair = new Pair();
    pair.connect();
    pair.a.connection.release();
    pair.settle();
    expect(pair.a.events).toEqual([`released:${SSCOP_RELEASED_BY_REQUEST}`]);
    expect(pair.b.events).toEqual([`released:${SSCOP_RELEASED_BY_PEER}`]);
    expect([pair.a.timers.size, pair.b.timers.size]).toEqual([0, 0]);
    expect(pair.a.transitions).toEqual(["10-4 AAL-RELEASE.request", "4-1 ENDAK"]);
  });

  it("an END that is never answered is sent MaxCC times, and then confirmed", () => {
    const end = readyEnd();
    end.connection.release();
    end.advanceTo(4000);
    expect(end.takeSent()).toEqual([END, END, END, END]);
    expect(end.events).toEqual([`released:${SSCOP_RELEASED_BY_REQUEST}`]);
    expect(end.timers.size).toBe(0);
  });

  it("a release of what is not there is confirmed at once", () => {
    const end = new End();
    end.connection.release();
    expect(end.events).toEqual([`released:${SSCOP_RELEASED_BY_REQUEST}`]);
    expect(end.takeSent()).toEqual([]);
  });

  it("a new connection may be asked for while the old one is being released", () => {
    const end = readyEnd();
    end.connection.release();
    end.connection.establish();
    expect(end.takeSent()).toEqual([END, BGN_2]);
    end.receiveHex(ENDAK);
    expect(end.connection.state).toBe(SSCOP_OUTGOING_CONNECTION_PENDING);
    end.receiveHex(BGAK);
    expect(end.events).toEqual([establish]);
  });

  it("an END of the peer's SSCOP is told as such", () => {
    const end = readyEnd();
    end.receiveHex(END_OF_SSCOP);
    expect(end.takeSent()).toEqual([ENDAK]);
    expect(end.events).toEqual([`released:${SSCOP_RELEASED_BY_PROTOCOL}`]);
  });

  it("an establishment asked for from within the release indication goes out", () => {
    const end = readyEnd();
    end.released = (): void => end.connection.establish();
    end.receiveHex(END);
    expect(end.takeSent()).toEqual([ENDAK, BGN_2]);
  });
});

describe("SSCOP where a PDU is not expected", () => {
  it.each([
    ["SD", "6162636408000000", "A"],
    ["BGAK", BGAK, "C"],
    ["POLL", "000000010a000000", "G"],
    ["STAT", "00000001000004000b000000", "H"],
    ["USTAT", "0000000000000001000004000c000000", "I"],
    ["RS", RS_2, "J"],
    ["RSAK", RSAK, "K"],
    ["ER", ER_2, "L"],
    ["ERAK", ERAK, "M"],
  ])("annex A, idle: %s is answered with END of SSCOP and reported", (_name, pdu, code) => {
    const end = new End();
    end.receiveHex(pdu);
    expect(end.takeSent()).toEqual([END_OF_SSCOP]);
    expect(end.errors).toEqual([code]);
    expect(end.events).toEqual([]);
  });

  it("idle: END is acknowledged, ENDAK passed over", () => {
    const end = new End();
    end.receiveHex(END);
    end.receiveHex(ENDAK);
    expect(end.takeSent()).toEqual([ENDAK]);
    expect(end.errors).toEqual([]);
  });

  it.each([
    ["ENDAK", ENDAK, "F"],
    ["BGREJ", BGREJ, "D"],
  ])("ready: %s ends the connection and is reported", (_name, pdu, code) => {
    const end = readyEnd();
    end.receiveHex(pdu);
    expect(end.events).toEqual([`released:${SSCOP_RELEASED_BY_PROTOCOL}`]);
    expect(end.errors).toEqual([code]);
  });

  it("octets that are no PDU are reported as a length violation and change nothing", () => {
    const end = readyEnd();
    end.receiveHex("0102");
    end.receiveHex("00000000");
    expect(end.errors).toEqual(["U", "U"]);
    expect(end.connection.isReady).toBe(true);
  });
});

describe("SSCOP resynchronization and recovery", () => {
  it("Q.2130: an establishment asked for on a ready connection is a resynchronization", () => {
    const pair = new Pair();
    pair.connect();
    pair.a.send("before");
    pair.a.connection.establish();
    expect(pair.a.connection.state).toBe(SSCOP_OUTGOING_RESYNCHRONIZATION_PENDING);
    pair.settle();
    const told = [`established:${SSCOP_ESTABLISHED_BY_RESYNCHRONIZATION}`];
    expect([pair.a.events, pair.b.events]).toEqual([told, told]);
    expect(pair.b.transitions).toEqual(["10-6 RS", "6-10 RS"]);
    pair.a.send("after");
    pair.settle();
    expect(pair.b.delivered).toEqual(["before", "after"]);
  });

  it("an RS is repeated on Timer_CC, and a repeated one is answered without telling again", () => {
    const end = readyEnd();
    end.connection.establish();
    end.advanceTo(1000);
    expect(end.takeSent()).toEqual([RS_2, RS_2]);
    const peer = new End();
    peer.receiveHex(BGN_1);
    peer.events.length = 0;
    peer.takeSent();
    peer.receiveHex(RS_2);
    peer.receiveHex(RS_2);
    expect(peer.takeSent()).toEqual([RSAK, RSAK]);
    expect(peer.events).toHaveLength(1);
  });

  it.each([
    ["a STAT for a POLL that was never sent", "00000009000004000b000000", "R"],
    ["a STAT that acknowledges what was never sent", "00000001000004000b000005", "S"],
    ["a STAT with a list out of order", "000000010000000100000001000004000b000000", "S"],
    ["a USTAT for what was never sent", "0000000000000009000004000c000000", "T"],
    ["a POLL that goes back behind an SD", "000000010a000000", "Q"],
  ])("%s starts recovery with error %s", (_name, pdu, code) => {
    const end = readyEnd();
    for (let sd = 0; sd < 3; sd++) end.send("x");
    end.receiveHex("6162636408000000");
    end.advanceTo(750);
    end.takeSent();
    end.receiveHex(pdu);
    expect(end.takeSent()).toEqual([ER_2]);
    expect(end.errors).toEqual([code]);
    expect(end.connection.state).toBe(SSCOP_OUTGOING_RECOVERY_PENDING);
    end.receiveHex(ERAK);
    expect(end.events).toEqual([`established:${SSCOP_ESTABLISHED_BY_RECOVERY}`]);
    expect(end.transitions.slice(-2)).toEqual(["7-8 ERAK", "8-10 ERAK"]);
  });

  it("both ends recover together and carry messages again, also when both start at once", () => {
    for (const both of [false, true]) {
      const pair = new Pair();
      pair.connect();
      pair.a.receiveHex("00000009000004000b000000");
      if (both) pair.b.receiveHex("00000009000004000b000000");
      pair.settle();
      const told = [`established:${SSCOP_ESTABLISHED_BY_RECOVERY}`];
      expect([pair.a.events, pair.b.events]).toEqual([told, told]);
      pair.a.send("x");
      pair.b.send("y");
      pair.settle();
      expect([pair.a.delivered, pair.b.delivered]).toEqual([["y"], ["x"]]);
    }
  });
});

describe("SSCOP phases and timers (Q.2110 section 7.7, values of Q.2130)", () => {
  it("POLL goes out after every 25 SDs", () => {
    const end = readyEnd();
    for (let sd = 0; sd < 60; sd++) end.send("x");
    const names = end.takeSentNames();
    expect(names.flatMap((name, index) => (name === "POLL" ? [index] : []))).toEqual([25, 51]);
  });

  it("while an SD is not acknowledged Timer_POLL runs again and again", () => {
    const end = readyEnd();
    end.send("x");
    end.advanceTo(750 * 3);
    expect(end.takeSentNames()).toEqual(["SD", "POLL", "POLL", "POLL"]);
    expect(end.timers.get(SSCOP_TIMER_POLL)).toBe(3000);
  });

  it("with nothing to send the phases follow: active, transient after 750 ms, idle after the STAT, a POLL every 15 s", () => {
    const pair = new Pair();
    pair.connect();
    pair.run(750);
    pair.settle();
    expect([...pair.a.timers.keys()]).toEqual([SSCOP_TIMER_IDLE]);
    pair.a.advanceTo(750 + 15_000);
    expect(pair.a.takeSentNames()).toEqual(["POLL"]);
    expect([...pair.a.timers.keys()].sort()).toEqual([SSCOP_TIMER_KEEP_ALIVE, SSCOP_TIMER_NO_RESPONSE]);
  });

  it("an SD in the idle phase starts Timer_POLL and Timer_NO-RESPONSE", () => {
    const pair = new Pair();
    pair.connect();
    pair.run(1000);
    pair.a.send("x");
    expect([...pair.a.timers.keys()].sort()).toEqual([SSCOP_TIMER_POLL, SSCOP_TIMER_NO_RESPONSE]);
  });

  it("a peer that does not answer for 7 s is given up", () => {
    const end = readyEnd();
    end.advanceTo(6999);
    expect(end.connection.isReady).toBe(true);
    end.takeSent();
    end.advanceTo(7000);
    expect(end.takeSent().at(-1)).toBe(END_OF_SSCOP);
    expect(end.events).toEqual([`released:${SSCOP_RELEASED_NO_RESPONSE}`]);
    expect(end.errors).toEqual(["P"]);
    expect(end.timers.size).toBe(0);
  });

  it("a quiet connection lasts", () => {
    const pair = new Pair();
    pair.connect();
    pair.run(120_000, 250);
    expect([pair.a.events, pair.b.events]).toEqual([[], []]);
  });

  it("an expiry that crosses with the stopping of its timer is passed over", () => {
    const end = readyEnd();
    end.connection.timerExpired(SSCOP_TIMER_CC);
    end.connection.timerExpired(SSCOP_TIMER_IDLE);
    expect(end.takeSent()).toEqual([]);
    expect(end.connection.isReady).toBe(true);
  });
});

describe("SSCOP credit", () => {
  it("no more SDs go out than N(MR) grants; the rest follows when the peer grants more", () => {
    const end = new End();
    end.connection.establish();
    end.receiveHex("0000000002000003");
    end.takeSent();
    for (let sd = 0; sd < 5; sd++) end.send(`${sd}`);
    expect(end.takeSentNames()).toEqual(["SD", "SD", "SD"]);
    expect(end.errors).toEqual(["W"]);
    end.advanceTo(750);
    expect(end.takeSent()).toEqual(["000000010a000003"]);
    end.receiveHex("00000001000000080b000003");
    expect(end.takeSentNames()).toEqual(["SD", "SD"]);
    expect(end.errors).toEqual(["W", "X"]);
    expect(end.connection.pendingCount).toBe(2);
  });

  it("an SD beyond the credit is not taken, and what is missing below it is asked for", () => {
    const end = new End({ ...SSCOP_UNI_PARAMETERS, creditWindow: 4 });
    end.receiveHex(BGN_1);
    end.takeSent();
    end.receiveHex("6162636408000004");
    expect(end.takeSent()).toEqual(["0000000000000004000000040c000000"]);
    expect(end.delivered).toEqual([]);
  });

  it("a full queue refuses, and nothing that was taken is lost", () => {
    const pair = new Pair(undefined, { ...SSCOP_UNI_PARAMETERS, transmitQueueLimit: 10, creditWindow: 4 });
    pair.connect();
    const taken = Array.from({ length: 20 }, (_, index) => pair.a.send(`${index}`));
    expect(taken.filter(Boolean)).toHaveLength(10);
    pair.run(5000);
    expect(pair.b.delivered).toEqual(Array.from({ length: 10 }, (_, index) => `${index}`));
    expect(pair.a.send("again")).toBe(true);
  });
});

describe("SSCOP loss", () => {
  it("a gap is asked for by USTAT at once, and the SDs behind it wait", () => {
    const end = new End();
    end.receiveHex(BGN_1);
    end.takeSent();
    end.receiveHex("6162636408000000");
    end.receiveHex("6362636408000002");
    expect(end.takeSent()).toEqual(["0000000100000002000004010c000001"]);
    expect(end.delivered).toEqual(["abcd"]);
    end.receiveHex("6262636408000001");
    expect(end.delivered).toEqual(["abcd", "bbcd", "cbcd"]);
  });

  it("a POLL is answered by a STAT with first missing and first received by turns", () => {
    const end = new End();
    end.receiveHex(BGN_1);
    end.receiveHex("6162636408000001");
    end.receiveHex("6162636408000003");
    end.takeSent();
    end.receiveHex("000000010a000006");
    expect(end.takeSent()).toEqual([
      `${["00000000", "00000001", "00000002", "00000003", "00000004", "00000006"].join("")}00000001000004000b000000`,
    ]);
  });

  it("a list longer than MaxSTAT is cut at the start of a gap, with which the next STAT begins", () => {
    const end = new End({ ...SSCOP_UNI_PARAMETERS, maxStat: 3 });
    end.receiveHex(BGN_1);
    for (const odd of ["01", "03", "05"]) end.receiveHex(`61626364080000${odd}`);
    end.takeSent();
    end.receiveHex("000000010a000006");
    const tail = "00000001000004000b000000";
    expect(end.takeSent()).toEqual([
      `000000000000000100000002${tail}`,
      `000000020000000300000004${tail}`,
      `0000000400000005${tail}`,
    ]);
  });

  it("an SD sent again since the POLL is not sent a third time for that POLL", () => {
    const end = readyEnd();
    end.send("a");
    end.send("b");
    end.advanceTo(750);
    end.takeSent();
    const stat = "000000000000000100000001000004000b000000";
    end.receiveHex(stat);
    expect(end.takeSentNames()).toEqual(["SD"]);
    end.receiveHex(stat);
    expect(end.takeSentNames()).toEqual([]);
  });
});

describe("SSCOP reset", () => {
  it("abort drops everything without a word, stops every timer, and a late PDU finds nobody", () => {
    const end = readyEnd();
    end.send("x");
    end.takeSent();
    end.connection.abort();
    expect([end.takeSent(), end.events, end.timers.size]).toEqual([[], [], 0]);
    expect([end.connection.state, end.connection.pendingCount]).toEqual([SSCOP_IDLE, 0]);
    end.connection.establish();
    expect(end.takeSent()).toEqual([BGN_2]);
  });

  it("reset starts connection sequence numbers again", () => {
    const end = readyEnd();
    end.connection.reset();
    end.connection.establish();
    expect(end.takeSent()).toEqual([BGN_1]);
  });

  it("an abort within a delivery stops the deliveries that would follow", () => {
    const end = new End();
    end.receiveHex(BGN_1);
    end.receiveHex("6262636408000001");
    end.onDeliver = (): void => end.connection.abort();
    end.receiveHex("6162636408000000");
    expect(end.delivered).toEqual(["abcd"]);
    expect(end.connection.state).toBe(SSCOP_IDLE);
  });

  it("unit data crosses without a connection", () => {
    const pair = new Pair();
    pair.a.connection.sendUnitData(Buffer.from("hello"), 0, 5);
    pair.settle();
    expect(pair.b.unitData).toEqual(["hello"]);
    expect(pair.b.connection.state).toBe(SSCOP_IDLE);
  });

  it("a release while the first BGN is under way ends in idle at both ends", () => {
    const pair = new Pair();
    pair.a.connection.establish();
    pair.a.connection.release();
    expect(pair.a.connection.state).toBe(SSCOP_OUTGOING_DISCONNECTION_PENDING);
    pair.settle();
    expect([pair.a.connection.state, pair.b.connection.state]).toEqual([SSCOP_IDLE, SSCOP_IDLE]);
  });
});
