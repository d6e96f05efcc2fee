import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ProgressLine } from "../../src/cli/progress.ts";
import { exitCodeOf, formatSummary } from "../../src/cli/summary.ts";
import { columnsOf, formatCount, formatDuration, paintFor } from "../../src/cli/text.ts";
import type { RunSummary } from "../../src/lab/run.ts";

const clean: RunSummary = {
  scenario: "s",
  seed: 4_294_967_295,
  mode: "cell",
  virtualTimeNs: 0,
  stopped: "finished",
  calls: { attempted: 0, connected: 0, refused: 0, failed: 0, closed: 0, outcomes: [] },
  frames: { sent: 0, delivered: 0, bytesSent: 0, bytesDelivered: 0, outOfOrder: 0, repeated: 0, dropped: {} },
  hosts: [],
  network: { name: "switch", leftovers: {} },
  findings: [],
  files: {},
};

describe("the summary", () => {
  it("keeps to 80 columns, whatever it has to say", () => {
    const count = fc.nat(Number.MAX_SAFE_INTEGER);
    const words = fc
      .array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1, maxLength: 40 })
      .map((parts) => parts.join(" "));
    const word = fc.stringMatching(/^[a-z]{1,20}$/);
    fc.assert(
      fc.property(count, fc.dictionary(word, count), fc.array(words, { maxLength: 20 }), (n, counted, texts) => {
        const summary: RunSummary = {
          ...clean,
          scenario: "x".repeat(20),
          calls: {
            ...{ attempted: n, connected: n, refused: n, failed: n, closed: n },
            outcomes: texts.map((causeName) => ({
              status: "NDIS_STATUS_INVALID_ADDRESS",
              cause: 127,
              causeName,
              count: n,
            })),
          },
          frames: {
            sent: n,
            delivered: n,
            bytesSent: n,
            bytesDelivered: n,
            outOfOrder: n,
            repeated: n,
            dropped: counted,
          },
          hosts: [{ name: "alice", leftovers: counted }],
          findings: texts.map((message) => ({ rule: "OUT-09", message })),
          files: counted as never,
        };
        const lines = formatSummary({ ...summary, files: {} }, "runs/x-1", (_, text) => text).split("\n");
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
      }),
    );
  });

  it("folds at the columns of a narrow terminal", () => {
    const text = formatSummary(
      { ...clean, hosts: [{ name: "alice", leftovers: { vcs: 0 } }] },
      "f",
      (_, part) => part,
      40,
    );
    expect(text.split("\n").slice(0, 4)).toEqual([
      "run      s, seed 4294967295, cell mode:",
      "         finished, 0 ns of virtual time",
      "calls    0 attempted  0 connected",
      "         0 refused  0 failed  0 closed",
    ]);
    expect([{}, { columns: 200 }, { columns: 40 }, { columns: 3 }].map(columnsOf)).toEqual([80, 80, 40, 30]);
  });

  it("long lists are cut, and the cut is said", () => {
    const findings = Array.from({ length: 30 }, (_, i) => ({ rule: `R-${i}`, message: "m" }));
    const text = formatSummary({ ...clean, findings }, "f", (_, part) => part);
    expect(text.match(/^finding /gm)?.length).toBe(13);
    expect(text).toContain("finding  and 18 more in the summary file\n");
  });

  it.each<[string, Partial<RunSummary>, string]>([
    ["what is left", { hosts: [{ name: "alice", leftovers: { vcs: 3, timers: 0 } }] }, "left     alice:  vcs 3\n"],
    [
      "that it is too much",
      { hosts: [{ name: "a", leftovers: { vcs: 3 } }] },
      "verdict  not ok: something is left behind\n",
    ],
    ["that a limit ended it", { stopped: "limit" }, "verdict  not ok: did not end within its limits\n"],
    [
      "what came late or twice",
      { frames: { ...clean.frames, sent: 9, delivered: 9, outOfOrder: 2, repeated: 1 } },
      "frames   9 sent  9 delivered  0 dropped  2 out of order  1 repeated\n",
    ],
    ["that all is well", {}, "verdict  ok\n"],
  ])("says %s", (_name, change, line) => {
    expect(formatSummary({ ...clean, ...change }, "f", (_, part) => part)).toContain(line);
  });

  it("exit codes: 0 fine, 1 found something, 130 interrupted", () => {
    expect(exitCodeOf(clean)).toBe(0);
    expect(exitCodeOf({ ...clean, hosts: [{ name: "a", leftovers: { vcs: 0 } }] })).toBe(0);
    expect(exitCodeOf({ ...clean, hosts: [{ name: "a", leftovers: { vcs: 1 } }] })).toBe(1);
    expect(exitCodeOf({ ...clean, network: { name: "switch", leftovers: { calls: 1 } } })).toBe(1);
    expect(exitCodeOf({ ...clean, findings: [{ rule: "r", message: "m" }] })).toBe(1);
    expect(exitCodeOf({ ...clean, stopped: "limit" })).toBe(1);
    expect(exitCodeOf({ ...clean, stopped: "interrupted", hosts: [{ name: "a", leftovers: { vcs: 1 } }] })).toBe(130);
  });

  it("a refused call is a result, not a finding", () => {
    const calls = { ...clean.calls, attempted: 5, refused: 4, failed: 1 };
    expect(exitCodeOf({ ...clean, calls })).toBe(0);
  });
});

describe("numbers", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1_000, "1,000"],
    [1_234_567, "1,234,567"],
  ])("%i is written %s", (count, text) => expect(formatCount(count)).toBe(text));

  it.each([
    [0, "0 ns"],
    [999, "999 ns"],
    [1_500, "1.5 us"],
    [12_345_678, "12.346 ms"],
    [600e9, "600 s"],
  ])("%i ns are written %s", (timeNs, text) => expect(formatDuration(timeNs)).toBe(text));
});

describe("colour", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("is for terminals, and not under NO_COLOR", () => {
    vi.stubEnv("NO_COLOR", "");
    expect(paintFor({ isTTY: true })("green", "ok")).toBe("\u001b[32mok\u001b[39m");
    expect(paintFor({ isTTY: false })("green", "ok")).toBe("ok");
    vi.stubEnv("NO_COLOR", "1");
    expect(paintFor({ isTTY: true })("green", "ok")).toBe("ok");
  });
});

describe("progress", () => {
  const at = (calls: number) => ({ virtualTimeNs: 1_500_000, calls, callsTotal: 2_000, frames: 5 });

  it("on a terminal is one line that changes and then goes away", () => {
    const written: string[] = [];
    const line = new ProgressLine({ isTTY: true, write: (text) => written.push(text) }, () => 0);
    line.show(at(1));
    line.show(at(2));
    line.clear();
    line.clear();
    expect(written).toEqual([
      "\r\u001b[2K1.5 ms virtual, 1 of 2,000 calls done, 5 frames",
      "\r\u001b[2K1.5 ms virtual, 2 of 2,000 calls done, 5 frames",
      "\r\u001b[2K",
    ]);
  });

  it("on a narrow terminal is cut, for a line that wraps could not be taken back", () => {
    const written: string[] = [];
    const line = new ProgressLine({ isTTY: true, columns: 20, write: (text) => written.push(text) }, () => 0);
    line.show(at(1));
    expect(written).toEqual(["\r\u001b[2K1.5 ms virtual, 1 o"]);
  });

  it("elsewhere says nothing for five seconds, then a line every five", () => {
    const written: string[] = [];
    let nowMs = 0;
    const line = new ProgressLine({ write: (text) => written.push(text) }, () => nowMs);
    for (; nowMs < 12_000; nowMs += 100) line.show(at(nowMs));
    line.clear();
    expect(written.map((text) => text.replace(/^.*virtual, ([\d,]+) of[^\n]*/, "$1"))).toEqual(["5,000\n", "10,000\n"]);
  });
});
