import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SscopTimer } from "../../src/wire/index.ts";
import { SSCOP_PDU_TYPES, SSCOP_STATE_NAMES, SSCOP_UNI_PARAMETERS } from "../../src/wire/index.ts";
import { End, Pair } from "./sscop-harness.ts";

const message = (n: number): string => `${n}:`.padEnd(5 + ((n * 7) % 60), "x");

describe("SSCOP over a channel that loses and duplicates", () => {
  it("delivers every message exactly once and in order, both ways", () => {
    const copies = fc.infiniteStream(fc.constantFrom(0, 0, 1, 1, 1, 1, 1, 2, 3));
    const smallWindow = { ...SSCOP_UNI_PARAMETERS, creditWindow: 32, maxStat: 5 };
    fc.assert(
      fc.property(copies, fc.integer({ min: 1, max: 120 }), fc.boolean(), (stream, count, small) => {
        let faulty = false;
        const fault = (): number => (faulty ? (stream.next().value ?? 1) : 1);
        const pair = new Pair(fault, small ? smallWindow : SSCOP_UNI_PARAMETERS);
        pair.connect();
        faulty = true;
        for (let n = 0; n < count; n++) {
          pair.a.send(message(n));
          pair.b.send(message(n + 1000));
          if (n % 9 === 0) pair.run(100);
        }
        pair.run(2000);
        faulty = false;
        pair.run(4000);
        const expected = (from: number): string[] => Array.from({ length: count }, (_, n) => message(from + n));
        expect(pair.b.delivered).toEqual(expected(0));
        expect(pair.a.delivered).toEqual(expected(1000));
        expect([pair.a.connection.pendingCount, pair.b.connection.pendingCount]).toEqual([0, 0]);
        expect([pair.a.events, pair.b.events]).toEqual([[], []]);
      }),
      { numRuns: 150 },
    );
  });

  it("connects and releases through losses within MaxCC tries", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 6, maxLength: 6, size: "max" }), (lost) => {
        const pair = new Pair((n) => (n < 3 && lost[n] ? 0 : 1));
        pair.a.connection.establish();
        pair.run(5000);
        expect([pair.a.connection.isReady, pair.b.connection.isReady]).toEqual([true, true]);
        pair.a.connection.release();
        pair.run(5000);
        expect([pair.a.timers.size, pair.b.timers.size]).toEqual([0, 0]);
      }),
    );
  });

  it("messages of every length cross a buffer that wraps and grows", () => {
    const pair = new Pair((n) => (n % 11 === 5 ? 0 : 1), { ...SSCOP_UNI_PARAMETERS, creditWindow: 16 });
    pair.connect();
    const sent: string[] = [];
    for (let n = 0; n < 600; n++) {
      const text = String.fromCharCode(97 + (n % 26)).repeat(1 + ((n * n * 31) % (n % 50 === 0 ? 4096 : 300)));
      expect(pair.a.send(text)).toBe(true);
      sent.push(text);
      if (n % 40 === 39) pair.run(1000);
    }
    pair.run(30_000);
    expect(pair.b.delivered).toEqual(sent);
  });

  it("70,000 messages, more than 16 bits number, cross one connection", () => {
    const pair = new Pair();
    pair.connect();
    for (let n = 0; n < 70_000; n++) {
      pair.a.send("x");
      if (n % 500 === 0) pair.settle();
    }
    pair.settle();
    expect(pair.b.delivered.length).toBe(70_000);
  });
});

describe("SSCOP against anything", () => {
  const octets = fc.uint8Array({ maxLength: 40, size: "max" });
  const plausible = fc
    .tuple(
      fc.nat(15),
      fc.nat(3),
      fc.array(fc.oneof(fc.nat(6), fc.nat(0xffffff)), { maxLength: 6, size: "max" }),
      fc.nat(6),
    )
    .map(([type, pad, words, last]) => {
      const bytes = new DataView(new ArrayBuffer(4 * words.length + 4));
      words.forEach((word, index) => {
        bytes.setUint32(4 * index, word);
      });
      bytes.setUint32(4 * words.length, ((pad << 30) | (type << 24) | last) >>> 0);
      return new Uint8Array(bytes.buffer);
    });
  const step = fc.oneof(
    { weight: 6, arbitrary: plausible },
    { weight: 1, arbitrary: octets },
    { weight: 1, arbitrary: fc.constantFrom("establish", "release", "abort") },
    { weight: 2, arbitrary: fc.constant("send") },
    { weight: 2, arbitrary: fc.constantFrom<SscopTimer>(0, 1, 2, 3, 4) },
  );

  it("never throws, stays in a state of Q.2110, and keeps no timer running when idle", () => {
    const reached = new Set<number>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const end = new End({ ...SSCOP_UNI_PARAMETERS, creditWindow: 8 });
        for (const what of steps) {
          if (what instanceof Uint8Array) end.receive(what);
          else if (what === "send") end.send("message");
          else if (what === "establish") end.connection.establish();
          else if (what === "release") end.connection.release();
          else if (what === "abort") end.connection.abort();
          else if (end.timers.delete(what)) end.connection.timerExpired(what);
          reached.add(end.connection.state);
          expect(SSCOP_STATE_NAMES[end.connection.state]).toMatch(/./);
          if (end.connection.state === 1) expect(end.timers.size).toBe(0);
          else expect(end.timers.size).toBeGreaterThan(0);
          for (const pdu of end.sent.splice(0)) {
            expect(SSCOP_PDU_TYPES[(pdu.at(-4) ?? 0) & 15]).toBeTruthy();
          }
        }
      }),
      { numRuns: 1500 },
    );
    // The states that are not passed through at once: without them the run above would show little.
    expect([...reached].sort((a, b) => a - b)).toEqual([1, 2, 4, 5, 7, 10]);
  });
});
