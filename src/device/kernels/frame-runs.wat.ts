import { IOMMU_COUNT_BYTES } from "../../machine/iommu.ts";
import { COPY_FUNCTION, WORLD_MEMORY_IMPORT } from "../../machine/kernels/memory.wat.ts";
import { PAGE_BYTES } from "../../machine/memory.ts";
import { AAL5_MAX_SDU_OCTETS, AAL5_TRAILER_OCTETS } from "../../wire/aal5.ts";
import { CELL_PAYLOAD_OCTETS } from "../../wire/cell.ts";
import {
  FRAME_CLASS_BYTES,
  FRAME_FLAG_CLP,
  FRAME_FLAG_CONGESTION,
  FRAME_FLAG_DAMAGED,
  FRAME_FORMAT_CPCS_SDU,
  FRAME_RECORD,
  FRAME_STORE_HEAD,
} from "../../wire/fibre.ts";
import { FREE_BUFFER, RECEIVE_COMPLETION, TRANSMIT_DESCRIPTOR } from "../datasheet/index.ts";
import { VC_LOOKUP_BITS, VC_LOOKUP_MULTIPLIER, VC_LOOKUP_SLOTS } from "../vc-lookup.ts";
import { VC_ENTRY, VC_LARGE_BUFFERS, VC_OPEN, VC_RECEIVES, VC_SHAPED, VC_TRANSMITS } from "../vc-table.ts";
import { FRAME_RUNS, FREE_RING } from "./frame-runs-block.ts";

/**
 * The two loops that every ordinary frame in frame mode goes through: descriptors to frames, and frames to free buffers.
 * scripts/build-kernels.ts assembles this text into frame-runs-kernel.ts; `FrameRuns` (frame-runs.ts) tells what they do. All that
 * they have to know is interpolated from where it is declared.
 */

const TXD = TRANSMIT_DESCRIPTOR.fields;
const FRB = FREE_BUFFER.fields;
const RXC = RECEIVE_COMPLETION.fields;
const PAGE_BITS = Math.log2(PAGE_BYTES);

/** A word's place, in bytes, as the offset of a load or store. */
const at = (word: number): string => `offset=${word * 4}`;
const shift = (bytes: number): number => Math.log2(bytes);
const i32 = (value: number): string => `(i32.const ${value})`;
const get = (name: string): string => `(local.get $${name})`;
const set = (name: string, value: string): string => `(local.set $${name} ${value})`;
const load = (address: string, word: number): string => `(i32.load ${at(word)} (local.get $${address}))`;
const store = (address: string, word: number, value: string): string =>
  `(i32.store ${at(word)} (local.get $${address}) ${value})`;
const add = (a: string, b: string): string => `(i32.add ${a} ${b})`;
const and = (a: string, b: string): string => `(i32.and ${a} ${b})`;
const shl = (a: string, by: number): string => `(i32.shl ${a} (i32.const ${by}))`;
const shr = (a: string, by: number): string => `(i32.shr_u ${a} (i32.const ${by}))`;
const or = (...terms: string[]): string => terms.reduce((a, b) => `(i32.or ${a} ${b})`);
const stopIf = (condition: string): string => `(br_if $stop ${condition})`;
const locals = (...names: string[]): string => names.map((name) => `(local $${name} i32)`).join(" ");
/** Moves a field from one place in a word to another; what is beside it must be masked. */
const moved = (value: string, from: number, to: number): string =>
  to >= from ? shl(value, to - from) : shr(value, from - to);

/** Whether the IOMMU lets the device reach `length` bytes at `address`; the length is at least 1 and far below 2^31. */
const ALLOWS = `
  (func $allows (param $table i32) (param $start i32) (param $size i32) (param $address i32) (param $length i32) (result i32)
    ${locals("first", "last")}
    ${set("first", `(i32.sub ${get("address")} ${get("start")})`)}
    (if (i32.ge_u ${get("first")} ${get("size")}) (then (return ${i32(0)})))
    ${set("last", add(get("first"), get("length")))}
    (if (i32.gt_u ${get("last")} ${get("size")}) (then (return ${i32(0)})))
    ${set("last", add(get("table"), shl(shr(`(i32.sub ${get("last")} ${i32(1)})`, PAGE_BITS), shift(IOMMU_COUNT_BYTES))))}
    ${set("first", add(get("table"), shl(shr(get("first"), PAGE_BITS), shift(IOMMU_COUNT_BYTES))))}
    (loop $pages
      (if (i32.eqz (i32.load16_u ${get("first")})) (then (return ${i32(0)})))
      ${set("first", add(get("first"), i32(IOMMU_COUNT_BYTES)))}
      (br_if $pages (i32.le_u ${get("first")} ${get("last")})))
    ${i32(1)})`;

/** How many of the size classes are too small for the length. */
const sizeClass = FRAME_CLASS_BYTES.slice(0, -1)
  .map((bytes) => `(i32.gt_u ${get("length")} ${i32(bytes)})`)
  .reduce(add);

const SENDING = VC_OPEN | VC_TRANSMITS;

const SEND = `
  (func (export "send") (param $block i32)
    ${locals("ring", "head", "tail", "mask", "limit", "sent", "cells", "bytes", "free", "records", "entries", "table", "start", "size")}
    ${locals("at", "control", "options", "length", "vc", "source", "class", "frame", "record", "frameCells", "address")}
    ${set("ring", load("block", FRAME_RUNS.ringBase))}
    ${set("head", load("block", FRAME_RUNS.ringHead))}
    ${set("tail", load("block", FRAME_RUNS.ringTail))}
    ${set("mask", load("block", FRAME_RUNS.ringMask))}
    ${set("limit", load("block", FRAME_RUNS.limit))}
    ${set("free", load("block", FRAME_RUNS.frameHead))}
    ${set("records", load("block", FRAME_RUNS.frameRecords))}
    ${set("entries", load("block", FRAME_RUNS.vcEntries))}
    ${set("table", load("block", FRAME_RUNS.iommuTable))}
    ${set("start", load("block", FRAME_RUNS.memoryStart))}
    ${set("size", load("block", FRAME_RUNS.memoryBytes))}
    (block $stop
      (loop $next
        ${stopIf(`(i32.ge_s ${get("sent")} ${get("limit")})`)}
        ${stopIf(`(i32.eq ${get("head")} ${get("tail")})`)}
        ${set("at", add(get("ring"), shl(get("head"), shift(TRANSMIT_DESCRIPTOR.bytes))))}
        ${set("control", load("at", TXD.length.word))}
        ;; The sign is the bit that ends a frame.
        ${stopIf(`(i32.ge_s ${get("control")} ${i32(0)})`)}
        ${set("length", and(get("control"), i32(2 ** TXD.length.width - 1)))}
        ${stopIf(`(i32.ge_u (i32.sub ${get("length")} ${i32(1)}) ${i32(AAL5_MAX_SDU_OCTETS)})`)}
        ${set("options", load("at", TXD.vcIndex.word))}
        ${set("vc", add(get("entries"), shl(and(get("options"), i32(2 ** TXD.vcIndex.width - 1)), shift(VC_ENTRY.words * 4))))}
        ${stopIf(`(i32.ne ${and(load("vc", VC_ENTRY.state), i32(SENDING | VC_SHAPED))} ${i32(SENDING)})`)}
        ${stopIf(`(i32.ne ${load("vc", VC_ENTRY.heldFirst)} ${i32(-1)})`)}
        ${set("source", load("at", TXD.address.word))}
        ${stopIf(`(i32.eqz (call $allows ${["table", "start", "size", "source", "length"].map(get).join(" ")}))`)}
        ${set("class", sizeClass)}
        ${set("address", add(get("free"), shl(get("class"), 2)))}
        ${set("frame", load("address", FRAME_STORE_HEAD.firstFree))}
        ${stopIf(`(i32.lt_s ${get("frame")} ${i32(0)})`)}
        ${set("record", add(get("records"), shl(get("frame"), shift(FRAME_RECORD.words * 4))))}
        ${store("address", FRAME_STORE_HEAD.firstFree, load("record", FRAME_RECORD.link))}
        ${store("record", FRAME_RECORD.link, get("class"))}
        ${set("frameCells", `(i32.div_u ${add(get("length"), i32(AAL5_TRAILER_OCTETS + CELL_PAYLOAD_OCTETS - 1))} ${i32(CELL_PAYLOAD_OCTETS)})`)}
        ${store("record", FRAME_RECORD.length, get("length"))}
        ${store("record", FRAME_RECORD.label, load("vc", VC_ENTRY.label))}
        ${store("record", FRAME_RECORD.format, i32(FRAME_FORMAT_CPCS_SDU))}
        ${store("record", FRAME_RECORD.cells, get("frameCells"))}
        ${store("record", FRAME_RECORD.flags, and(moved(get("control"), TXD.clp.lsb, shift(FRAME_FLAG_CLP)), i32(FRAME_FLAG_CLP)))}
        ${store(
          "record",
          FRAME_RECORD.uuCpi,
          or(shl(and(shr(get("options"), TXD.uu.lsb), i32(0xff)), 8), and(shr(get("options"), TXD.cpi.lsb), i32(0xff))),
        )}
        (call $copy ${load("record", FRAME_RECORD.address)} ${get("source")} ${get("length")})
        ${store("vc", VC_ENTRY.framesTransmitted, add(load("vc", VC_ENTRY.framesTransmitted), i32(1)))}
        ${set("address", add(get("block"), shl(get("sent"), 2)))}
        ${store("address", FRAME_RUNS.frames, get("frame"))}
        ${set("sent", add(get("sent"), i32(1)))}
        ${set("cells", add(get("cells"), get("frameCells")))}
        ${set("bytes", add(get("bytes"), get("length")))}
        ${set("head", and(add(get("head"), i32(1)), get("mask")))}
        (br $next)))
    ${store("free", FRAME_STORE_HEAD.inUse, add(load("free", FRAME_STORE_HEAD.inUse), get("sent")))}
    ${store("block", FRAME_RUNS.ringHead, get("head"))}
    ${store("block", FRAME_RUNS.done, get("sent"))}
    ${store("block", FRAME_RUNS.cells, get("cells"))}
    ${store("block", FRAME_RUNS.bytes, get("bytes"))})`;

const RECEIVE = `
  (func (export "receive") (param $block i32)
    ${locals("ring", "tail", "mask", "phase", "room", "limit", "next", "cells", "bytes", "free", "records", "times", "entries")}
    ${locals("lookup", "table", "start", "size", "label", "index", "vc", "buffers", "longest", "frame", "record", "flags")}
    ${locals("length", "head", "entry", "target", "at", "address", "first")}
    ${set("ring", load("block", FRAME_RUNS.ringBase))}
    ${set("tail", load("block", FRAME_RUNS.ringTail))}
    ${set("mask", load("block", FRAME_RUNS.ringMask))}
    ${set("phase", load("block", FRAME_RUNS.phase))}
    ${set("room", load("block", FRAME_RUNS.room))}
    ${set("limit", load("block", FRAME_RUNS.limit))}
    ${set("first", load("block", FRAME_RUNS.done))}
    ${set("next", get("first"))}
    ${set("free", load("block", FRAME_RUNS.frameHead))}
    ${set("records", load("block", FRAME_RUNS.frameRecords))}
    ${set("times", load("block", FRAME_RUNS.frameTimes))}
    ${set("entries", load("block", FRAME_RUNS.vcEntries))}
    ${set("lookup", load("block", FRAME_RUNS.vcLookup))}
    ${set("table", load("block", FRAME_RUNS.iommuTable))}
    ${set("start", load("block", FRAME_RUNS.memoryStart))}
    ${set("size", load("block", FRAME_RUNS.memoryBytes))}
    ${set("label", i32(-1))}
    (block $stop
      (loop $frames
        ${stopIf(`(i32.ge_s ${get("next")} ${get("limit")})`)}
        ${stopIf(`(i32.le_s ${get("room")} ${i32(0)})`)}
        ${set("address", add(get("block"), shl(get("next"), 2)))}
        ${set("frame", load("address", FRAME_RUNS.frames))}
        ${set("record", add(get("records"), shl(get("frame"), shift(FRAME_RECORD.words * 4))))}
        ${set("flags", load("record", FRAME_RECORD.flags))}
        ${stopIf(`(i32.ne ${load("record", FRAME_RECORD.format)} ${i32(FRAME_FORMAT_CPCS_SDU)})`)}
        ${stopIf(and(get("flags"), i32(FRAME_FLAG_DAMAGED)))}
        (if (i32.ne ${load("record", FRAME_RECORD.label)} ${get("label")})
          (then
            ${set("label", load("record", FRAME_RECORD.label))}
            ${set("at", shr(`(i32.mul ${get("label")} ${i32(VC_LOOKUP_MULTIPLIER)})`, 32 - VC_LOOKUP_BITS))}
            (loop $probe
              ${set("address", add(get("lookup"), shl(get("at"), 2)))}
              ${set("index", `(i32.sub ${load("address", 0)} ${i32(1)})`)}
              ${stopIf(`(i32.lt_s ${get("index")} ${i32(0)})`)}
              ${set("vc", add(get("entries"), shl(get("index"), shift(VC_ENTRY.words * 4))))}
              ${set("at", and(add(get("at"), i32(1)), i32(VC_LOOKUP_SLOTS - 1)))}
              (br_if $probe (i32.ne ${load("vc", VC_ENTRY.label)} ${get("label")})))
            ${stopIf(`(i32.eqz ${and(load("vc", VC_ENTRY.state), i32(VC_RECEIVES))})`)}
            ${set("buffers", add(get("block"), i32(FRAME_RUNS.small * 4)))}
            (if ${and(load("vc", VC_ENTRY.state), i32(VC_LARGE_BUFFERS))}
              (then ${set("buffers", add(get("block"), i32(FRAME_RUNS.large * 4)))}))
            ${set("longest", load("vc", VC_ENTRY.maximumSdu))}
            (if (i32.gt_u ${get("longest")} ${load("buffers", FREE_RING.bufferBytes)})
              (then ${set("longest", load("buffers", FREE_RING.bufferBytes))}))))
        ${set("length", load("record", FRAME_RECORD.length))}
        ${stopIf(`(i32.ge_u (i32.sub ${get("length")} ${i32(1)}) ${get("longest")})`)}
        ${set("head", load("buffers", FREE_RING.head))}
        ${stopIf(`(i32.eq ${get("head")} ${load("buffers", FREE_RING.tail)})`)}
        ${set("entry", add(load("buffers", FREE_RING.base), shl(get("head"), shift(FREE_BUFFER.bytes))))}
        ${set("target", load("entry", FRB.address.word))}
        ${stopIf(`(i32.eqz (call $allows ${["table", "start", "size", "target", "length"].map(get).join(" ")}))`)}
        (call $copy ${get("target")} ${load("record", FRAME_RECORD.address)} ${get("length")})
        ${store("buffers", FREE_RING.head, and(add(get("head"), i32(1)), load("buffers", FREE_RING.mask)))}
        ${set("at", add(get("ring"), shl(get("tail"), shift(RECEIVE_COMPLETION.bytes))))}
        ${store("at", RXC.cookie.word, load("entry", FRB.cookie.word))}
        ${store(
          "at",
          RXC.vcIndex.word,
          or(
            get("index"),
            shl(shr(load("record", FRAME_RECORD.uuCpi), 8), RXC.uu.lsb),
            shl(load("record", FRAME_RECORD.uuCpi), RXC.cpi.lsb),
          ),
        )}
        ;; The low 32 bits of a whole number.
        ${store(
          "at",
          RXC.timestamp.word,
          `(i32.wrap_i64 (i64.trunc_sat_f64_s (f64.load ${add(get("times"), shl(get("frame"), 3))})))`,
        )}
        ${store(
          "at",
          RXC.length.word,
          or(
            get("length"),
            i32(1 << RXC.last.lsb),
            shl(get("phase"), RXC.phase.lsb),
            moved(and(get("flags"), i32(FRAME_FLAG_CLP)), shift(FRAME_FLAG_CLP), RXC.clp.lsb),
            moved(and(get("flags"), i32(FRAME_FLAG_CONGESTION)), shift(FRAME_FLAG_CONGESTION), RXC.congestion.lsb),
          ),
        )}
        ${set("tail", and(add(get("tail"), i32(1)), get("mask")))}
        (if (i32.eqz ${get("tail")}) (then ${set("phase", `(i32.xor ${get("phase")} ${i32(1)})`)}))
        ${store("vc", VC_ENTRY.framesReceived, add(load("vc", VC_ENTRY.framesReceived), i32(1)))}
        ${set("cells", add(get("cells"), load("record", FRAME_RECORD.cells)))}
        ${set("bytes", add(get("bytes"), get("length")))}
        ;; The frame goes back to the store.
        ${set("address", add(get("free"), shl(load("record", FRAME_RECORD.link), 2)))}
        ${store("record", FRAME_RECORD.link, load("address", FRAME_STORE_HEAD.firstFree))}
        ${store("address", FRAME_STORE_HEAD.firstFree, get("frame"))}
        ${set("next", add(get("next"), i32(1)))}
        ${set("room", `(i32.sub ${get("room")} ${i32(1)})`)}
        (br $frames)))
    ${store("free", FRAME_STORE_HEAD.inUse, `(i32.sub ${load("free", FRAME_STORE_HEAD.inUse)} (i32.sub ${get("next")} ${get("first")}))`)}
    ${store("block", FRAME_RUNS.ringTail, get("tail"))}
    ${store("block", FRAME_RUNS.phase, get("phase"))}
    ${store("block", FRAME_RUNS.done, get("next"))}
    ${store("block", FRAME_RUNS.cells, get("cells"))}
    ${store("block", FRAME_RUNS.bytes, get("bytes"))})`;

export const FRAME_RUNS_TEXT = `
(module
  ${WORLD_MEMORY_IMPORT}
${COPY_FUNCTION}
${ALLOWS}
${SEND}
${RECEIVE})`;
