import { describe, expect, it } from "vitest";
import { AtmClient } from "../../src/client/index.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import type { ClientLibrary, DriverImage } from "../../src/ndis/index.ts";
import { NDIS_STATUS_SUCCESS } from "../../src/ndis/index.ts";
import { ALICE, BEST_EFFORT, BOB } from "../miniport/two-hosts.ts";

/*
 * C has no bounds: a driver with a wild pointer writes wherever its view of memory reaches. What NICs, IOMMUs and fibres keep in the
 * world's memory must lie beyond it.
 */

/** A driver that does nothing but show its library. */
class Shown {
  library!: ClientLibrary;
  readonly image: DriverImage<ClientLibrary> = {
    name: "shown",
    DriverEntry: (_driverObject, _registryPath, library) => {
      this.library = library;
      return NDIS_STATUS_SUCCESS;
    },
  };
}

describe("a driver that writes past its machine's memory", () => {
  it.each([0xffff_ffff, 1, 0x7fff_fff0])("with %i in every word hits nothing that carries frames", (value) => {
    const shown = [new Shown(), new Shown()];
    const alice = new AtmClient("alice", { sendBuffers: 32, sendBufferBytes: 512 });
    const bob = new AtmClient("bob", { sendBuffers: 32, sendBufferBytes: 512 });
    const lab = new Laboratory({
      hosts: [
        { name: "alice", nics: [{ address: ALICE }], clients: [alice.image, shown[0].image] },
        { name: "bob", nics: [{ address: BOB }], clients: [bob.image, shown[1].image] },
      ],
    });
    lab.start();
    lab.runUntil(() => alice.isReady && bob.isReady);
    const call = alice.makeCall({ called: BOB, ...BEST_EFFORT, maximumSduBytes: 512 });
    lab.runUntil(() => call.state === "connected");
    const [incoming] = bob.binding?.calls ?? [];
    if (incoming === undefined) throw new Error("no incoming call");
    lab.runUntil(() => incoming.state === "connected");
    const send = (): void => {
      const list = alice.binding?.sendPool?.take() ?? null;
      if (list?.FirstNetBuffer == null) throw new Error("no send buffer");
      list.FirstNetBuffer.DataLength = 100;
      const before = incoming.framesReceived;
      call.send(list);
      lab.runUntil(() => incoming.framesReceived > before && call.sendsOutstanding === 0);
    };
    send();
    for (const [i, name] of ["alice", "bob"].entries()) {
      const { end } = lab.host(name).machine.memory.window;
      const { Memory } = shown[i].library;
      Memory.words.fill(value, end >>> 2);
      Memory.signedWords.fill(value | 0, end >>> 2);
      Memory.bytes.fill(value, end);
    }
    for (let i = 0; i < 100; i++) send();
    expect(incoming.framesReceived).toBe(101);
    call.close();
    lab.runUntil(() => call.state === "closed");
    lab.stop();
    expect(Object.values(lab.leftovers()).every((count) => count === 0)).toBe(true);
  });

  it("of the memory of hosts that came later its view shows nothing", () => {
    const shown = [new Shown(), new Shown()];
    const lab = new Laboratory({
      hosts: [
        { name: "alice", nics: [], clients: [shown[0].image] },
        { name: "bob", nics: [{ address: BOB }], clients: [shown[1].image] },
      ],
    });
    lab.start();
    for (const [i, name] of ["alice", "bob"].entries()) {
      const { Memory } = shown[i].library;
      const { end } = lab.host(name).machine.memory.window;
      expect([Memory.bytes.length, Memory.words.length * 4, Memory.signedWords.length * 4]).toEqual([end, end, end]);
    }
  });
});
