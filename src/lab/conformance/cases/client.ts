import type { ConformanceCase } from "../case.ts";
import { CLIENT } from "../case.ts";
import type { Stage } from "../stage.ts";
import { REJECTS } from "../stage.ts";

/**
 * What a client of somebody else's can be put through: it acts by itself. It is called if it registers a SAP for its adapter's
 * address, and what it calls is answered.
 */

const REGISTERS_SAP = "it registers a SAP for the adapter's address";

/** Calls the client under test; null when it takes no calls, which is no fault (SAP-16). */
function callSubject(stage: Stage) {
  const call = stage.far.client.makeCall({ called: stage.lab.nic("subject").address });
  stage.expectSoon(
    "INC-04",
    () => call.state === "connected" || call.state === "closed",
    `a call is answered, if ${REGISTERS_SAP}`,
  );
  return call.state === "connected" ? call : null;
}

export const CLIENT_CASES: readonly ConformanceCase[] = [
  {
    id: "client-up-and-down",
    title: "the client is loaded, bound, left to itself, and unbound",
    roles: CLIENT,
    rules: [
      ...["REG-02", "REG-06", "REG-10", "AF-15", "AF-26", "AF-27", "AF-35", "SAP-01", "SAP-11", "BND-01", "BND-07"],
      ...["BND-08", "BND-09", "BND-10", "BND-13", "VC-01", "OUT-01", "CLS-01", "CLS-02", "MEM-02"],
    ],
    run: (stage) => stage.idle(30e9),
  },
  {
    id: "client-is-called",
    title: "the client is called, receives, and the caller hangs up",
    roles: CLIENT,
    rules: ["INC-04", "INC-05", "CON-03", "RCV-04", "RCV-05", "CLS-16", "CLS-17"],
    run: (stage) => {
      const call = callSubject(stage);
      if (call === null) return;
      for (let i = 0; i < 8; i++) call.sendBytes(new Uint8Array(100).fill(i));
      stage.expectSoon("RCV-04", () => call.sendsOutstanding === 0, "every list that was sent comes back");
      call.close();
      stage.expectSoon("CLS-16", () => call.state === "closed", "the client closes a call that its peer has ended");
      stage.idle();
    },
  },
  {
    id: "client-receives-on-loan",
    title: "so much arrives that the miniport lends its last buffers only for the time of the indication",
    roles: CLIENT,
    rules: ["RCV-04", "RCV-05"],
    options: { configuration: { LargeReceiveBuffers: 8 } },
    run: (stage) => {
      const call = callSubject(stage);
      if (call === null) return;
      for (let i = 0; i < 24; i++) call.sendBytes(new Uint8Array(100).fill(i));
      stage.expectSoon("RCV-04", () => call.sendsOutstanding === 0, "every list that was sent comes back");
      stage.idle(1e9);
      call.close();
      stage.expectSoon("CLS-16", () => call.state === "closed", "the client closes a call that its peer has ended");
    },
  },
  {
    id: "client-calls-are-rejected",
    title: "the calls that the client makes are rejected",
    roles: CLIENT,
    rules: ["OUT-18", "AF-26"],
    run: (stage) => {
      stage.far.answer = REJECTS;
      stage.idle(30e9);
    },
  },
  {
    id: "client-loses-its-calls",
    title: "the calls that the client makes are accepted and hung up by the peer",
    roles: CLIENT,
    rules: ["CLS-16", "CLS-17", "CLS-18"],
    run: (stage) => {
      stage.idle(5e9);
      for (const call of stage.far.connected.slice()) call.close();
      stage.expectSoon(
        "CLS-16",
        () => stage.far.connected.every((call) => call.state === "closed"),
        "the client closes a call that its peer has ended",
      );
      stage.idle();
    },
  },
  {
    id: "client-pause-and-restart",
    title: "the adapter is paused and restarted below the client",
    roles: CLIENT,
    rules: ["BND-13", "BND-14"],
    run: (stage) => {
      stage.idle(5e9);
      stage.pauseAndRestart();
      stage.idle(5e9);
    },
  },
  {
    id: "client-halt-with-calls",
    title: "the adapter goes away while the client has calls",
    roles: CLIENT,
    rules: ["AF-35", "BND-07", "BND-08", "CLS-01", "MEM-02"],
    run: (stage) => {
      callSubject(stage);
      stage.idle(1e9);
    },
  },
];
