import type { ConformanceCase } from "../case.ts";
import { CALL_MANAGEMENT } from "../case.ts";
import type { Stage } from "../stage.ts";
import { REJECTS } from "../stage.ts";

/** Calls and their data, as a call manager or an MCM sees them. */

function callsOut(stage: Stage): void {
  const [call, other] = stage.connect(stage.user, stage.far);
  stage.exchange(call, other, 8);
  stage.hangUp(call, other);
}

function callsIn(stage: Stage): void {
  const [call, other] = stage.connect(stage.far, stage.user);
  stage.exchange(call, other, 8);
  stage.hangUp(call, other);
}

export const CALL_CASES: readonly ConformanceCase[] = [
  {
    id: "outgoing-call",
    title: "the client calls, sends and receives, and hangs up",
    roles: CALL_MANAGEMENT,
    rules: [
      ...["VC-03", "VC-09", "VC-11", "VC-15", "ACT-01", "ACT-04", "ACT-17", "OUT-05", "OUT-07", "OUT-08", "OUT-09"],
      ...["OUT-13", "SND-05", "SND-06", "SND-07", "SND-08", "RCV-01", "RCV-03", "RCV-06", "CLS-07", "CLS-08", "CLS-09"],
    ],
    run: callsOut,
  },
  {
    id: "outgoing-call-in-cells",
    title: "the same with every cell built",
    roles: CALL_MANAGEMENT,
    rules: ["OUT-07", "OUT-09", "SND-06", "CLS-09"],
    options: { mode: "cell" },
    run: callsOut,
  },
  {
    id: "outgoing-call-rejected",
    title: "the called client rejects",
    roles: CALL_MANAGEMENT,
    rules: ["OUT-07", "OUT-13", "OUT-14", "OUT-15"],
    run: (stage) => {
      stage.far.answer = REJECTS;
      const call = stage.user.client.makeCall({ called: stage.lab.nic("peer").address });
      stage.expectSoon("OUT-07", () => call.state === "closed", "a call that is rejected ends in a failed completion");
      stage.expect("OUT-05", stage.user.connected.length === 0, "a call that is rejected is not reported as connected");
    },
  },
  {
    id: "outgoing-call-to-nobody",
    title: "nobody has the called address",
    roles: CALL_MANAGEMENT,
    rules: ["OUT-07", "OUT-14", "OUT-15"],
    run: (stage) => {
      const { address } = stage.lab.nic("peer");
      const called =
        address.kind === "aesa"
          ? { ...address, bytes: address.bytes.map((octet, i) => (i === 18 ? 0xff : octet)) }
          : address;
      const call = stage.user.client.makeCall({ called });
      stage.expectSoon("OUT-07", () => call.state === "closed", "a call that fails ends in a failed completion");
    },
  },
  {
    id: "close-while-dialling",
    title: "the client gives up a call that is being set up, as soon as it may",
    roles: CALL_MANAGEMENT,
    rules: ["OUT-07", "CLS-09"],
    run: (stage) => {
      const call = stage.user.client.makeCall({ called: stage.lab.nic("peer").address });
      call.close();
      stage.expectSoon("CLS-09", () => call.state === "closed", "the call ends");
    },
  },
  {
    id: "incoming-call",
    title: "the peer calls, data flows, the caller hangs up",
    roles: CALL_MANAGEMENT,
    rules: [
      ...["INC-01", "INC-02", "INC-13", "VC-04", "VC-06", "VC-16", "VC-17", "CON-01", "CLS-14", "CLS-20"],
      ...["ACT-17", "ACT-18", "SND-06", "RCV-01", "RCV-06", "RCV-10"],
    ],
    run: callsIn,
  },
  {
    id: "incoming-call-pended",
    title: "the called client pends its answer",
    roles: CALL_MANAGEMENT,
    rules: ["INC-02", "INC-07", "CON-01"],
    options: { pendsIncomingCalls: true },
    run: callsIn,
  },
  {
    id: "incoming-call-rejected",
    title: "the called client rejects an offer",
    roles: CALL_MANAGEMENT,
    rules: ["INC-13", "INC-14", "VC-17"],
    run: (stage) => {
      stage.user.answer = REJECTS;
      const call = stage.far.client.makeCall({ called: stage.lab.nic("subject").address });
      stage.expectSoon("INC-13", () => call.state === "closed", "the caller hears of a rejection");
      stage.expect("INC-14", stage.user.connected.length === 0, "a rejected offer is not reported as connected");
    },
  },
  {
    id: "peer-hangs-up",
    title: "the peer ends a call that the client made",
    roles: CALL_MANAGEMENT,
    rules: ["CLS-14", "CLS-19", "CLS-09", "ACT-17"],
    run: (stage) => {
      const [call, other] = stage.connect(stage.user, stage.far);
      stage.exchange(call, other, 4);
      stage.hangUp(other, call);
    },
  },
  {
    id: "both-hang-up",
    title: "both ends hang up at the same time",
    roles: CALL_MANAGEMENT,
    rules: ["CLS-09", "CLS-14"],
    run: (stage) => {
      const [call, other] = stage.connect(stage.user, stage.far);
      call.close();
      other.close();
      stage.expectSoon(
        "CLS-09",
        () => call.state === "closed" && other.state === "closed",
        "both ends see the call end",
      );
    },
  },
  {
    id: "link-down",
    title: "the fibre is cut while a call is up, and comes back",
    roles: CALL_MANAGEMENT,
    rules: ["CLS-14", "STA-01", "OID-27"],
    run: (stage) => {
      const [call, other] = stage.connect(stage.user, stage.far);
      const { link } = stage.lab.nic("subject");
      link.setUp(false);
      stage.expectSoon(
        "CLS-14",
        () => call.state === "closed" && other.state === "closed",
        "both ends see the call end",
      );
      link.setUp(true);
      stage.expectSoon("OID-27", () => stage.user.client.isReady, "signalling is reported as enabled again");
      callsOut(stage);
    },
  },
  {
    id: "link-down-while-dialling",
    title: "the fibre is cut while a call is being set up",
    roles: CALL_MANAGEMENT,
    rules: ["OUT-07", "OUT-14"],
    run: (stage) => {
      const call = stage.user.client.makeCall({ called: stage.lab.nic("peer").address });
      stage.lab.nic("subject").link.setUp(false);
      stage.expectSoon("OUT-07", () => call.state === "closed", "the call ends in a failed completion");
    },
  },
  {
    id: "many-calls",
    title: "twelve calls at once in both directions, then all closed",
    roles: CALL_MANAGEMENT,
    rules: ["VC-28", "OUT-07", "INC-02", "CLS-09"],
    run: (stage) => {
      const pairs = Array.from({ length: 12 }, (_, i) =>
        i % 2 === 0 ? stage.connect(stage.user, stage.far) : stage.connect(stage.far, stage.user),
      );
      for (const [call, other] of pairs) stage.exchange(call, other, 2);
      for (const [call] of pairs) call.close();
      const closed = (): boolean => pairs.every(([call, other]) => call.state === "closed" && other.state === "closed");
      stage.expectSoon("CLS-09", closed, "every call ends");
    },
  },
  {
    id: "multipoint-call",
    title: "the client calls two parties, drops one, and hangs up; a call manager without multipoint refuses",
    roles: CALL_MANAGEMENT,
    rules: ["OUT-05", "OUT-06", "OUT-13", "PTY-04", "PTY-05", "PTY-11", "PTY-12", "CLS-07", "CLS-09"],
    run: (stage) => {
      const request = { called: stage.lab.nic("peer").address };
      const call = stage.user.client.makeMultipointCall([request, request]);
      const isUp = (): boolean => call.state === "connected" || call.state === "closed";
      stage.expectSoon("OUT-07", isUp, "a multipoint call ends in a completion");
      const [, second] = call.parties;
      if (call.state === "closed" || second === undefined) return;
      const isSettled = (): boolean => second.state === "added" || second.state === "gone";
      stage.expectSoon("PTY-05", isSettled, "adding a party ends in a completion");
      call.sendBytes(new Uint8Array(64).fill(1));
      stage.expectSoon("SND-06", () => call.sendsOutstanding === 0, "the list that was sent comes back");
      if (second.state === "added") second.drop();
      stage.expectSoon("PTY-12", () => second.state === "gone", "dropping a party ends in a completion");
      call.close();
      stage.expectSoon(
        "CLS-09",
        () => call.state === "closed",
        "a multipoint call that is closed ends in a completion",
      );
    },
  },
  {
    id: "close-with-sends-out",
    title: "the client hangs up as soon as its last send is back",
    roles: CALL_MANAGEMENT,
    rules: ["SND-06", "CLS-09", "ACT-17"],
    run: (stage) => {
      const [call, other] = stage.connect(stage.user, stage.far);
      for (let i = 0; i < 24; i++) call.sendBytes(new Uint8Array(1_000));
      stage.hangUp(call, other);
    },
  },
];
