import { describe, expect, it } from "vitest";
import type { ClientCall } from "../../src/client/index.ts";
import { TrafficSender } from "../../src/lab/run/traffic-sender.ts";
import { BackToBackArrivals } from "../../src/lab/traffic/arrivals.ts";
import { GeneratedPackets } from "../../src/lab/traffic/generated-packets.ts";
import { Clock } from "../../src/machine/clock.ts";
import { NET_BUFFER_LIST } from "../../src/ndis/index.ts";

const FRAMES = 20_000;

/** A connected call with `buffers` send buffers, whose sends are what `send` makes of them; and its sender. */
function sending(buffers: number, send: (lists: NET_BUFFER_LIST, parts: Parts) => void) {
  const free = Array.from({ length: buffers }, () => new NET_BUFFER_LIST());
  const sendPool = { take: () => free.pop() ?? null, addressOf: () => 0 };
  const starved: TrafficSender[] = [];
  const call = { state: "connected", sendsOutstanding: 0, binding: { sendPool } };
  const parts: Parts = { free, pump: () => sender.pump() };
  const given = { ...call, send: (lists: NET_BUFFER_LIST) => send(lists, parts) } as unknown as ClientCall;
  const source = new GeneratedPackets([64], FRAMES, 0, new BackToBackArrivals());
  const sender = new TrafficSender(given, new Clock(), new Uint8Array(64), source, 1, (who) => starved.push(who));
  return { sender, starved, parts };
}

interface Parts {
  readonly free: NET_BUFFER_LIST[];
  readonly pump: () => void;
}

describe("TrafficSender", () => {
  it("sends thousands of frames that come back at once, one after the other", () => {
    let depth = 0;
    let deepest = 0;
    const { sender, starved } = sending(1, (list, { free, pump }) => {
      deepest = Math.max(deepest, ++depth);
      free.push(list);
      pump();
      depth--;
    });
    sender.pump();
    expect([sender.sent, sender.isDone, deepest]).toEqual([FRAMES, true, 1]);
    expect(starved).toEqual([]);
  });

  it("says that it starves, and goes on when it is told to", () => {
    const out: NET_BUFFER_LIST[] = [];
    const { sender, starved, parts } = sending(3, (list) => out.push(list));
    sender.pump();
    expect([sender.sent, starved]).toEqual([3, [sender]]);
    parts.free.push(...out.splice(0, 2));
    sender.pump();
    expect([sender.sent, starved]).toEqual([5, [sender, sender]]);
  });
});
