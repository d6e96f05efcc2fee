import { describe, expect, it } from "vitest";
import { MemorySink } from "../../src/lab/capture/byte-sink.ts";
import { LadderRecorder } from "../../src/lab/trace/ladder.ts";
import { ProbeSplitter, TraceRecorder } from "../../src/lab/trace/trace-recorder.ts";
import type { Probe } from "../../src/machine/probe.ts";

function text(sink: MemorySink): string {
  return new TextDecoder().decode(sink.bytes());
}

describe("TraceRecorder", () => {
  it("writes one JSON line per event: time, source, kind, name, then the fields in alphabetical order", () => {
    const sink = new MemorySink();
    const recorder = new TraceRecorder(sink);
    const clock = { nowNs: 5_000 };
    recorder.emit("alice", "state", "before the clock", {});
    recorder.attach(clock);
    recorder.emit("alice/client", "ddi", "NdisClMakeCall", { b: 1.5, a: 'q"\n\u{1F600}', d: null, c: true });
    clock.nowNs = 2 ** 53 - 1;
    recorder.emit("bob", "state", "vc", {});
    recorder.flush();
    expect(text(sink)).toBe(
      '{"timeNs":0,"source":"alice","kind":"state","name":"before the clock","fields":{}}\n' +
        '{"timeNs":5000,"source":"alice/client","kind":"ddi","name":"NdisClMakeCall","fields":{"a":"q\\"\\n😀","b":1.5,"c":true,"d":null}}\n' +
        '{"timeNs":9007199254740991,"source":"bob","kind":"state","name":"vc","fields":{}}\n',
    );
  });

  it("the order in which a caller names its fields does not change the bytes", () => {
    const write = (probe: Probe, turned: boolean) => {
      for (let i = 0; i < 20_000; i++) probe.emit("h", "k", "n", turned ? { y: 2, x: i } : { x: i, y: 2 });
    };
    const [one, other] = [new MemorySink(), new MemorySink()];
    const [first, second] = [new TraceRecorder(one), new TraceRecorder(other)];
    write(first, false);
    write(second, true);
    first.flush();
    second.flush();
    expect(one.bytes().length).toBeGreaterThan(1_000_000);
    expect(text(one)).toBe(text(other));
    expect(text(one).split("\n")[19_999]).toBe(
      '{"timeNs":0,"source":"h","kind":"k","name":"n","fields":{"x":19999,"y":2}}',
    );
  });

  it("stops at its size limit with a whole line, has no hole, and counts the rest", () => {
    const sink = new MemorySink();
    const recorder = new TraceRecorder(sink, 300);
    for (let i = 0; i < 10; i++) recorder.emit("host", "kind", i === 3 ? "x".repeat(300) : "n", {});
    recorder.flush();
    const lines = text(sink).trimEnd().split("\n");
    expect(lines.length).toBe(3);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ source: "host", name: "n" });
    expect([recorder.events, recorder.eventsLeftOut]).toEqual([3, 7]);
  });

  it("several probes watch through one", () => {
    const seen: string[] = [];
    const probe = (name: string): Probe => ({ emit: (source) => void seen.push(`${name} ${source}`) });
    new ProbeSplitter([probe("a"), probe("b")]).emit("host", "k", "n", {});
    expect(seen).toEqual(["a host", "b host"]);
  });
});

describe("LadderRecorder", () => {
  function call(probe: Probe): void {
    probe.emit("alice/client", "ddi", "NdisClMakeCall", { NdisVcHandle: "vc#1", flags: 0 });
    probe.emit("alice", "state", "call", { object: "call#1", event: "make", from: "idle", to: "outgoing" });
    probe.emit("alice/mcm", "callback", "ProtocolCmMakeCall", { CallMgrVcContext: 5 });
    probe.emit("alice/mcm", "signalling", "SETUP", { direction: "sent", callReference: 1 });
    probe.emit("alice/mcm", "callback-return", "ProtocolCmMakeCall", { Status: "NDIS_STATUS_PENDING" });
    probe.emit("alice/client", "ddi-return", "NdisClMakeCall", { Status: "NDIS_STATUS_PENDING" });
    probe.emit("switch", "signalling", "SETUP", { direction: "received" });
    probe.emit("bob/mcm", "signalling", "SETUP", { direction: "received", callReference: 1 });
    probe.emit("bob", "interrupt", "nic0", {});
    probe.emit("bob/mcm", "ddi", "NdisMCmDispatchIncomingCall", { NdisVcHandle: "vc#1" });
    probe.emit("bob/client", "callback", "ProtocolClIncomingCall", {});
    probe.emit("bob/client", "callback-return", "ProtocolClIncomingCall", { Status: "NDIS_STATUS_SUCCESS" });
    probe.emit("alice/mcm", "ddi", "NdisMCmMakeCallComplete", { Status: "NDIS_STATUS_SUCCESS", NdisVcHandle: "vc#1" });
  }

  it("draws calls, callbacks, messages, states and pending returns between the lanes of two hosts and the switch", () => {
    const ladder = new LadderRecorder("switch");
    call(ladder);
    expect(ladder.toMermaid()).toBe(`sequenceDiagram
  box transparent alice
    participant p0 as client
    participant p1 as NDIS
    participant p2 as mcm
  end
  participant p3 as switch
  box transparent bob
    participant p5 as NIC
    participant p4 as mcm
    participant p6 as NDIS
    participant p7 as client
  end
  p0->>p1: NdisClMakeCall (vc#35;1)
  Note over p1: call#35;1: idle → outgoing
  p1->>p2: ProtocolCmMakeCall
  p2->>p3: SETUP
  p2-->>p1: ProtocolCmMakeCall returns NDIS_STATUS_PENDING
  p1-->>p0: NdisClMakeCall returns NDIS_STATUS_PENDING
  p3->>p4: SETUP
  p5->>p6: interrupt nic0
  p4->>p6: NdisMCmDispatchIncomingCall (vc#35;1)
  p6->>p7: ProtocolClIncomingCall
  p2->>p1: NdisMCmMakeCallComplete (vc#35;1) NDIS_STATUS_SUCCESS
`);
  });

  it("keeps to its limits and says what it left out, the repeating data path apart", () => {
    const ladder = new LadderRecorder("switch", { events: 12, dataEvents: 2 });
    for (let i = 0; i < 50; i++)
      ladder.emit("alice/client", "ddi", "NdisCoSendNetBufferLists", { NdisVcHandle: "vc#1" });
    for (let i = 0; i < 20; i++) ladder.emit("alice/client", "ddi", "NdisClCloseCall", { NdisVcHandle: "vc#1" });
    const lines = ladder.toMermaid().trimEnd().split("\n");
    expect(lines.filter((line) => line.includes("NdisCoSendNetBufferLists")).length).toBe(2);
    expect(lines.filter((line) => line.includes("NdisClCloseCall")).length).toBe(10);
    expect(lines.at(-1)).toMatch(
      /^ {2}Note over p\d+: left out: 48 further events of the data path, 10 events after these$/,
    );
  });

  it("draws the first call of each host and says how much it left out of later ones, and of interrupts before", () => {
    const ladder = new LadderRecorder("switch");
    ladder.emit("alice", "interrupt", "early", {});
    for (const vc of ["vc#1", "vc#2"]) {
      ladder.emit("alice/client", "ddi", "NdisCoCreateVc", { NdisBindingHandle: "binding#1" });
      ladder.emit("alice/mcm", "callback", "ProtocolCoCreateVc", { NdisVcHandle: vc });
      ladder.emit("alice/mcm", "callback", "ProtocolCmMakeCall", {});
    }
    ladder.emit("alice/mcm", "signalling", "SETUP", { direction: "sent", callReference: 1, flag: 0 });
    ladder.emit("alice/mcm", "signalling", "SETUP", { direction: "sent", callReference: 2, flag: 0 });
    ladder.emit("alice/mcm", "signalling", "SETUP", { direction: "received", callReference: 1, flag: 0 });
    ladder.emit("alice/mcm", "signalling", "CONNECT", { direction: "received", callReference: 1, flag: 1 });
    ladder.emit("alice/mcm", "ddi", "NdisMCmMakeCallComplete", { NdisVcHandle: "vc#2" });
    ladder.emit("alice/client", "callback", "ProtocolClMakeCallComplete", {});
    ladder.emit("alice/mcm", "ddi", "NdisMCmMakeCallComplete", { NdisVcHandle: "vc#1" });
    ladder.emit("alice/client", "callback", "ProtocolClMakeCallComplete", {});
    ladder.emit("alice", "interrupt", "late", {});
    const drawn = ladder
      .toMermaid()
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^.*: /, ""));
    expect(drawn.slice(drawn.indexOf("NdisCoCreateVc (binding#35;1)"))).toEqual([
      "NdisCoCreateVc (binding#35;1)",
      "ProtocolCoCreateVc (vc#35;1)",
      "ProtocolCmMakeCall",
      "SETUP",
      "CONNECT",
      "NdisMCmMakeCallComplete (vc#35;1)",
      "ProtocolClMakeCallComplete",
      "interrupt late",
      "1 further events of the data path, 7 events of further calls",
    ]);
  });

  it("names from outside cannot break a line or start a statement", () => {
    const ladder = new LadderRecorder("switch");
    ladder.emit("alice/cli;ent", "signalling", "SETUP\nend; #quot;", { direction: "sent" });
    const lines = ladder.toMermaid().trimEnd().split("\n");
    expect(lines.filter((line) => /(?<!#\d\d);/.test(line))).toEqual([]);
    expect(lines.at(-1)).toBe("  p0->>p1: SETUP end#59; #35;quot#59;");
  });

  it("with nothing seen it is an empty diagram", () => {
    expect(new LadderRecorder("switch").toMermaid()).toBe("sequenceDiagram\n");
  });
});
