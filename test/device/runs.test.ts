import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TRANSMIT_STATUS } from "../../src/device/index.ts";
import { VC_LOOKUP_SLOTS, vcLookupHome } from "../../src/device/vc-lookup.ts";
import { FRAME_FLAG_CLP, FRAME_FLAG_DAMAGED, FRAME_FORMAT_CELLS, FRAME_FORMAT_CPCS_SDU } from "../../src/wire/index.ts";
import { Bench, pattern } from "./bare-driver.ts";
import { cellsOf, NotingFibre } from "./fibre-side.ts";

/*
 * The NIC takes ordinary frames in runs and every other frame by itself. What comes of a mixture is held against a model that
 * takes one frame after the other and knows nothing of runs.
 */

const cellCountOf = (length: number): number => Math.ceil((length + 8) / 48);

/** Counters as BareDriver shows them: those that are not 0. */
function shown(counters: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([, value]) => value !== 0));
}

interface Descriptors {
  readonly vcIndex: number;
  readonly lengths: readonly number[];
  readonly uu: number;
  readonly cpi: number;
  readonly clp: number;
}

interface ModelFrame {
  readonly vci: number;
  readonly length: number;
  readonly flags: number;
  readonly uu: number;
  readonly cpi: number;
}

describe("a train of frames", () => {
  const LENGTHS = [0, 1, 40, 63, 64, 65, 88, 500, 2_000, 2_048, 2_049, 3_000, 5_000, 9_180, 16_384, 17_000];
  const SMALL_VC = 100;
  const LARGE_VC = 200;
  const SHORT_SDU_VC = 300;
  const SILENT_VC = 400;
  const frame = fc.record({
    vci: fc.constantFrom(SMALL_VC, SMALL_VC, SMALL_VC, LARGE_VC, SHORT_SDU_VC, SILENT_VC, 999),
    length: fc.constantFrom(...LENGTHS),
    flags: fc.constantFrom(0, 0, 0, FRAME_FLAG_CLP, FRAME_FLAG_DAMAGED),
    uu: fc.nat(255),
    cpi: fc.nat(255),
  });

  const SMALL_BUFFERS = 30;
  const LARGE_BUFFERS = 8;
  const COMPLETIONS = 32;
  const SMALL_BYTES = 2_048;
  const LARGE_BYTES = 16_384;
  const VC_INDEX = new Map([
    [SMALL_VC, 1],
    [LARGE_VC, 2],
    [SHORT_SDU_VC, 3],
  ]);

  function model(frames: readonly ModelFrame[]) {
    const small = Array.from({ length: SMALL_BUFFERS }, (_, i) => i);
    const large = Array.from({ length: LARGE_BUFFERS }, (_, i) => 100 + i);
    const counters = { RXFRM: 0, RXCELL: 0, RXBYTL: 0, CRCERR: 0, LENERR: 0, NOBUF: 0, UNKVC: 0 };
    const taken: object[] = [];
    for (const [i, { vci, length, flags, uu, cpi }] of frames.entries()) {
      const vcIndex = VC_INDEX.get(vci);
      if (vcIndex === undefined) {
        counters.UNKVC++;
        continue;
      }
      counters.RXCELL += cellCountOf(length);
      const buffers = vci === LARGE_VC ? large : small;
      const bufferBytes = vci === LARGE_VC ? LARGE_BYTES : SMALL_BYTES;
      const needed = Math.max(1, Math.ceil(length / bufferBytes));
      if ((flags & FRAME_FLAG_DAMAGED) !== 0) counters.CRCERR++;
      else if (length > (vci === SHORT_SDU_VC ? 64 : 20_000)) counters.LENERR++;
      else if (buffers.length < needed || COMPLETIONS - 1 - taken.length < needed) counters.NOBUF++;
      else {
        counters.RXFRM++;
        counters.RXBYTL += length;
        const whole = pattern(length, i);
        for (let piece = 0; piece < needed; piece++) {
          const bytes = whole.slice(piece * bufferBytes, (piece + 1) * bufferBytes);
          const last = piece === needed - 1 ? 1 : 0;
          const clp = (flags & FRAME_FLAG_CLP) !== 0 ? 1 : 0;
          const cookie = buffers.shift();
          const timestamp = 1_000 + i;
          taken.push({ cookie, length: bytes.length, last, vcIndex, uu, cpi, clp, congestion: 0, timestamp, bytes });
        }
      }
    }
    const heads = [SMALL_BUFFERS - small.length, LARGE_BUFFERS - large.length, taken.length];
    return { taken, counters: shown(counters), heads, leaks: { frames: 0, trains: 0 } };
  }

  function receive(frames: readonly ModelFrame[], train: number) {
    const nic = new Bench().addDriver().start({ receiveCompletion: COMPLETIONS });
    nic.control("RXEN");
    nic.open(1, SMALL_VC, { vpi: 2, maximumSduBytes: 20_000 });
    nic.open(2, LARGE_VC, { vpi: 2, maximumSduBytes: 20_000, largeBuffers: 1 });
    nic.open(3, SHORT_SDU_VC, { vpi: 2, maximumSduBytes: 64 });
    nic.open(4, SILENT_VC, { vpi: 2, receive: 0 });
    nic.offer("small", SMALL_BUFFERS, 0);
    nic.offer("large", LARGE_BUFFERS, 100);
    const taken: unknown[] = [];
    for (let from = 0; from < frames.length; from += train) {
      const ids = frames
        .slice(from, from + train)
        .map(({ vci, length, flags, uu, cpi }, i) =>
          nic.bench.frame(2, vci, pattern(length, from + i), { flags, uu, cpi, timeNs: 1_000 + from + i }),
        );
      nic.bench.deliver(nic.nic.phy, ...ids);
    }
    taken.push(...nic.received());
    return {
      taken,
      counters: nic.counters(),
      heads: [nic.read("FSHEAD"), nic.read("FLHEAD"), nic.read("RCTAIL")],
      leaks: nic.bench.leaks,
    };
  }

  it("is received as the model has it: buffers, lengths, order, counters", () => {
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 2, max: 64 }),
        (frames, train) => {
          expect(receive(frames, train)).toEqual(model(frames));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("ends where the completion ring is full", () => {
    const plain = { vci: SMALL_VC, length: 10, flags: 0, uu: 0, cpi: 0 };
    const many = Array.from({ length: 29 }, () => plain).concat(
      Array.from({ length: 9 }, () => ({ ...plain, vci: LARGE_VC })),
    );
    expect(model(many).counters).toMatchObject({ RXFRM: 31, NOBUF: 7 });
    expect(receive(many, 64)).toEqual(model(many));
  });

  it("goes round the receive completion ring with the right phase", () => {
    const nic = new Bench().addDriver().start({ receiveCompletion: 8 });
    nic.control("RXEN");
    nic.open(1, SMALL_VC, { vpi: 2 });
    let sent = 0;
    for (const size of [5, 7, 3, 7, 7, 1, 6]) {
      nic.offer("small", size, sent);
      const ids = Array.from({ length: size }, (_, i) => nic.bench.frame(2, SMALL_VC, pattern(100, sent + i)));
      nic.bench.deliver(nic.nic.phy, ...ids);
      const received = nic.received();
      expect(received.map(({ cookie }) => cookie)).toEqual(ids.map((_, i) => sent + i));
      expect(received.map(({ bytes }) => bytes)).toEqual(ids.map((_, i) => pattern(100, sent + i)));
      sent += size;
    }
  });

  it("of whole ones and cells is taken frame by frame, in order", () => {
    const nic = new Bench().addDriver().start();
    nic.control("RXEN");
    nic.open(1, SMALL_VC, { vpi: 2 });
    nic.offer("small", 4, 0);
    const sdus = [10, 90, 20, 30].map((length) => pattern(length, length));
    const ids = sdus.map((sdu, i) => {
      if (i !== 1) return nic.bench.frame(2, SMALL_VC, sdu);
      const cells = cellsOf(2, SMALL_VC, sdu);
      return nic.bench.frame(2, SMALL_VC, cells, { format: FRAME_FORMAT_CELLS, cells: cells.length / 53 });
    });
    nic.bench.deliver(nic.nic.phy, ...ids);
    expect(nic.receivedFrames()).toEqual(sdus.map((bytes) => ({ vcIndex: 1, bytes })));
    expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
  });

  it("is received on VCs whose labels collide in the look-up, round its end, too", () => {
    const nic = new Bench().addDriver().start();
    nic.control("RXEN");
    const labels: number[] = [];
    for (let label = 0x1_0000; labels.length < 3; label++)
      if (vcLookupHome(label) === VC_LOOKUP_SLOTS - 1) labels.push(label);
    const frames = labels.map((label, i) => {
      nic.open(i + 1, label & 0xffff, { vpi: label >> 16 });
      return nic.bench.frame(label >> 16, label & 0xffff, pattern(20, i));
    });
    nic.offer("small", 3, 0);
    nic.bench.deliver(nic.nic.phy, ...frames);
    expect(nic.receivedFrames()).toEqual([0, 1, 2].map((i) => ({ vcIndex: i + 1, bytes: pattern(20, i) })));
    expect(nic.counters()).toMatchObject({ RXFRM: 3 });
  });

  it("finds no buffer where the ring holds old entries only", () => {
    const nic = new Bench().addDriver().start({ small: 8 });
    nic.control("RXEN");
    nic.open(1, SMALL_VC, { vpi: 2 });
    const train = (count: number): void => {
      const ids = Array.from({ length: count }, (_, i) => nic.bench.frame(2, SMALL_VC, pattern(50, i)));
      nic.bench.deliver(nic.nic.phy, ...ids);
    };
    for (const offered of [7, 7, 3]) {
      nic.offer("small", offered, 0);
      train(offered);
      expect(nic.received()).toHaveLength(offered);
    }
    nic.offer("small", 2, 0);
    train(5);
    expect(nic.received()).toHaveLength(2);
    expect(nic.counters()).toMatchObject({ NOBUF: 3 });
  });
});

describe("a ring full of descriptors", () => {
  const LENGTHS = [0, 1, 40, 64, 88, 255, 256, 257, 4_095, 4_096, 9_180, 20_000];
  const descriptors = fc.record({
    vcIndex: fc.constantFrom(1, 1, 1, 2, 3, 9),
    lengths: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...LENGTHS).map((length) => [length]) },
      { weight: 1, arbitrary: fc.array(fc.constantFrom(0, 1, 100, 5_000), { minLength: 2, maxLength: 3 }) },
    ),
    uu: fc.nat(255),
    cpi: fc.nat(255),
    clp: fc.nat(1),
  });

  function send(frames: readonly Descriptors[], batch: number) {
    const nic = new Bench().addDriver().start({ transmit: 128, transmitCompletion: 128 });
    nic.control("TXEN");
    const fibre = new NotingFibre(nic.bench);
    nic.nic.phy.fibre = fibre;
    nic.open(1, 100);
    nic.open(2, 200, { vpi: 7 });
    nic.open(3, 300, { transmit: 0 });
    const statuses: number[] = [];
    const take = (): void => {
      nic.bench.world.runUntilTime(nic.bench.world.clock.nowNs + 1_000_000);
      for (const { first, count, status } of nic.completions()) {
        for (let i = 0; i < count; i++) statuses[(first + i) % 128] = status;
      }
    };
    for (const [i, { vcIndex, lengths, ...options }] of frames.entries()) {
      nic.put(
        vcIndex,
        lengths.map((length, piece) => nic.piece(pattern(length, i + piece))),
        options,
      );
      if ((i + 1) % batch !== 0) continue;
      nic.doorbell();
      take();
    }
    nic.doorbell();
    take();
    const sent = fibre.sent.map(({ atNs: _, ...rest }) => rest);
    return { sent, statuses, counters: nic.counters(), head: nic.read("TXHEAD"), leaks: nic.bench.leaks };
  }

  function sentByModel(frames: readonly Descriptors[]) {
    const sent: object[] = [];
    const statuses: number[] = [];
    const counters = { TXFRM: 0, TXCELL: 0, TXBYTL: 0, TXDROP: 0 };
    for (const [i, { vcIndex, lengths, uu, cpi, clp }] of frames.entries()) {
      const bytes = Buffer.concat(lengths.map((length, piece) => pattern(length, i + piece)));
      let status: number = TRANSMIT_STATUS.OK;
      if (vcIndex > 2) status = TRANSMIT_STATUS.VC_NOT_OPEN;
      else if (bytes.length === 0) status = TRANSMIT_STATUS.BAD_LENGTH;
      for (const _ of lengths) statuses.push(status);
      if (status !== TRANSMIT_STATUS.OK) {
        counters.TXDROP++;
        continue;
      }
      const cells = cellCountOf(bytes.length);
      counters.TXFRM++;
      counters.TXCELL += cells;
      counters.TXBYTL += bytes.length;
      const [vpi, vci] = vcIndex === 1 ? [0, 100] : [7, 200];
      const flags = clp === 1 ? FRAME_FLAG_CLP : 0;
      sent.push({ vpi, vci, format: FRAME_FORMAT_CPCS_SDU, cells, flags, uu, cpi, bytes: new Uint8Array(bytes) });
    }
    return { sent, statuses, counters: shown(counters), head: statuses.length % 128, leaks: { frames: 0, trains: 0 } };
  }

  it("of more than a train leaves in trains, in order", () => {
    const nic = new Bench().addDriver().start({ transmit: 256, transmitCompletion: 256 });
    nic.control("TXEN");
    const fibre = new NotingFibre(nic.bench);
    nic.nic.phy.fibre = fibre;
    nic.open(1, 100);
    const sdus = Array.from({ length: 150 }, (_, i) => pattern(30, i));
    nic.send(1, ...sdus);
    nic.bench.settle();
    expect(fibre.sent.map(({ bytes }) => bytes)).toEqual(sdus);
    expect(fibre.trains).toEqual([64, 64, 22]);
    expect(nic.vcCounters(1)).toMatchObject({ VCTXF: 150 });
    expect(nic.bench.leaks).toEqual({ frames: 0, trains: 0 });
  });

  it("is sent as the model has it: bytes, labels, order, completions, counters", () => {
    fc.assert(
      fc.property(
        fc.array(descriptors, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 2, max: 64 }),
        (frames, batch) => {
          expect(send(frames, batch)).toEqual(sentByModel(frames));
        },
      ),
      { numRuns: 50 },
    );
  });
});
