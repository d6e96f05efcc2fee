import { describe, expect, it } from "vitest";
import type { CO_ADDRESS_LIST, NDIS_STATUS } from "../../src/ndis/index.ts";
import {
  NDIS_OID_REQUEST,
  NDIS_REQUEST_TYPE,
  NDIS_STATUS_INVALID_LENGTH,
  NDIS_STATUS_INVALID_OID,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_SUCCESS,
  OID_CO_GET_ADDRESSES,
  OID_CO_GET_CALL_INFORMATION,
  OID_GEN_CO_SUPPORTED_LIST,
} from "../../src/ndis/index.ts";
import constants from "../ndis/spec/condis-constants.json" with { type: "json" };
import type { Side } from "./two-hosts.ts";
import { ALICE, BOB, Pair, pattern } from "./two-hosts.ts";

/** OID values by name from the public headers. */
const OID: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(flatten(constants)).filter(([name]) => name.startsWith("OID_")),
);

function flatten(tree: unknown): Record<string, number> {
  const found: Record<string, number> = {};
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      for (const entry of node) visit(entry);
      return;
    }
    const { name, value } = node as { name?: unknown; value?: unknown };
    if (typeof name === "string" && (typeof value === "number" || typeof value === "string"))
      found[name] = Number(value);
    for (const [key, child] of Object.entries(node)) {
      if (/^OID_/.test(key) && (typeof child === "number" || typeof child === "string")) found[key] = Number(child);
      else visit(child);
    }
  };
  visit(tree);
  return found;
}

function oid(name: string): number {
  const value = OID[name];
  if (value === undefined) throw new Error(`${name} is not in the headers`);
  return value;
}

type Route = "NdisOidRequest" | "NdisCoOidRequest";

function ask(side: Side, Oid: number, length: number, route: Route = "NdisCoOidRequest") {
  const { binding } = side.client;
  if (binding === null || binding.handle === null) throw new Error("not bound");
  const buffer = new Uint8Array(length);
  const request = NDIS_OID_REQUEST({
    RequestType: NDIS_REQUEST_TYPE.NdisRequestQueryInformation,
    DATA: { Oid, InformationBuffer: buffer, InformationBufferLength: length },
  });
  const status: NDIS_STATUS =
    route === "NdisOidRequest"
      ? binding.ndis.NdisOidRequest(binding.handle, request)
      : binding.ndis.NdisCoOidRequest(binding.handle, null, null, null, request);
  const information = request.DATA.QUERY_INFORMATION;
  return { status, buffer, written: information.BytesWritten, needed: information.BytesNeeded };
}

function number(side: Side, Oid: number, length = 4): number {
  const { status, buffer, written } = ask(side, Oid, length);
  expect(status).toBe(NDIS_STATUS_SUCCESS);
  expect(written).toBe(length);
  const view = new DataView(buffer.buffer);
  return view.getUint32(0, true) + (length === 8 ? view.getUint32(4, true) * 2 ** 32 : 0);
}

function set(side: Side, Oid: number, length: number): NDIS_STATUS {
  const { binding } = side.client;
  if (binding === null || binding.handle === null) throw new Error("not bound");
  const request = NDIS_OID_REQUEST({
    RequestType: NDIS_REQUEST_TYPE.NdisRequestSetInformation,
    DATA: { Oid, InformationBuffer: new Uint8Array(length), InformationBufferLength: length },
  });
  return binding.ndis.NdisCoOidRequest(binding.handle, null, null, null, request);
}

/** OID-22. */
const MANDATORY = [
  "OID_GEN_CO_SUPPORTED_LIST",
  "OID_GEN_CO_HARDWARE_STATUS",
  "OID_GEN_CO_MEDIA_SUPPORTED",
  "OID_GEN_CO_MEDIA_IN_USE",
  "OID_GEN_CO_LINK_SPEED",
  "OID_GEN_CO_VENDOR_ID",
  "OID_GEN_CO_VENDOR_DESCRIPTION",
  "OID_GEN_CO_VENDOR_DRIVER_VERSION",
  "OID_GEN_CO_DRIVER_VERSION",
  "OID_GEN_CO_MAC_OPTIONS",
  "OID_GEN_CO_MEDIA_CONNECT_STATUS",
  "OID_GEN_CO_MINIMUM_LINK_SPEED",
];

/** OID-23. */
const STATISTICS = [
  "OID_GEN_CO_RCV_PDUS_OK",
  "OID_GEN_CO_RCV_PDUS_ERROR",
  "OID_GEN_CO_RCV_PDUS_NO_BUFFER",
  "OID_GEN_CO_XMIT_PDUS_OK",
  "OID_GEN_CO_XMIT_PDUS_ERROR",
];

describe("OID-22: the mandatory list", () => {
  const pair = new Pair().start();

  it.each(MANDATORY)("%s is answered, by either route", (name) => {
    for (const route of ["NdisCoOidRequest", "NdisOidRequest"] as const) {
      const { status, written, needed } = ask(pair.alice, oid(name), 1_024, route);
      expect(status).toBe(NDIS_STATUS_SUCCESS);
      expect(written).toBeGreaterThan(0);
      expect(written).toBe(needed);
    }
  });

  it("OID_GEN_CO_PROTOCOL_OPTIONS is set, not queried", () => {
    const protocolOptions = oid("OID_GEN_CO_PROTOCOL_OPTIONS");
    expect(set(pair.alice, protocolOptions, 4)).toBe(NDIS_STATUS_SUCCESS);
    expect(set(pair.alice, protocolOptions, 3)).toBe(NDIS_STATUS_INVALID_LENGTH);
    expect(ask(pair.alice, protocolOptions, 4).status).toBe(NDIS_STATUS_NOT_SUPPORTED);
  });

  it("SUPPORTED_LIST names them all, and everything that it names is answered or set", () => {
    const { buffer, written } = ask(pair.alice, OID_GEN_CO_SUPPORTED_LIST, 1_024);
    const list = [...new Uint32Array(buffer.buffer, 0, written / 4)];
    for (const name of [...MANDATORY, ...STATISTICS, "OID_GEN_CO_PROTOCOL_OPTIONS"]) expect(list).toContain(oid(name));
    expect(new Set(list).size).toBe(list.length);
    for (const entry of list) {
      const queried = ask(pair.alice, entry, 1_024).status;
      const settable = queried !== NDIS_STATUS_SUCCESS && set(pair.alice, entry, 4) === NDIS_STATUS_SUCCESS;
      expect([entry, queried === NDIS_STATUS_SUCCESS || settable]).toEqual([entry, true]);
    }
  });

  it("the link speed is the line's, in units of 100 bit/s; the medium is ATM; there is no loopback (OID-32)", () => {
    expect(number(pair.alice, oid("OID_GEN_CO_LINK_SPEED"))).toBe(Math.floor((353_207 * 424) / 100));
    // NdisMediumAtm is 8, NDIS_MAC_OPTION_NO_LOOPBACK 8 (ntddndis.h).
    expect(number(pair.alice, oid("OID_GEN_CO_MEDIA_IN_USE"))).toBe(8);
    expect(number(pair.alice, oid("OID_GEN_CO_MAC_OPTIONS"))).toBe(8);
    expect(number(pair.alice, oid("OID_GEN_CO_HARDWARE_STATUS"))).toBe(0);
  });

  it("MEDIA_CONNECT_STATUS follows the light: 0 connected, 1 disconnected", () => {
    const other = new Pair().start();
    const status = oid("OID_GEN_CO_MEDIA_CONNECT_STATUS");
    expect(number(other.alice, status)).toBe(0);
    other.alice.nic.link.setUp(false);
    expect(number(other.alice, status)).toBe(1);
    expect(other.stop()).toEqual({});
  });

  it("OID-11: a buffer that is too short gives INVALID_LENGTH with BytesNeeded, and nothing is written", () => {
    for (const [name, length, needed] of [
      ["OID_GEN_CO_LINK_SPEED", 3, 4],
      ["OID_GEN_CO_VENDOR_ID", 0, 4],
    ] as const) {
      const answer = ask(pair.alice, oid(name), length);
      expect([answer.status, answer.written, answer.needed]).toEqual([NDIS_STATUS_INVALID_LENGTH, 0, needed]);
    }
    const { binding } = pair.alice.client;
    if (binding === null || binding.handle === null) throw new Error("not bound");
    const request = NDIS_OID_REQUEST({
      RequestType: NDIS_REQUEST_TYPE.NdisRequestQueryInformation,
      DATA: { Oid: oid("OID_GEN_CO_VENDOR_ID"), InformationBuffer: new Uint8Array(4), InformationBufferLength: 4 },
    });
    binding.ndis.NdisOidRequest(binding.handle, request);
    expect(request.DATA.QUERY_INFORMATION.BytesWritten).toBe(4);
    request.DATA.QUERY_INFORMATION.InformationBufferLength = 2;
    expect(binding.ndis.NdisOidRequest(binding.handle, request)).toBe(NDIS_STATUS_INVALID_LENGTH);
    expect(request.DATA.QUERY_INFORMATION.BytesWritten).toBe(0);
    const list = ask(pair.alice, OID_GEN_CO_SUPPORTED_LIST, 8);
    expect(list.status).toBe(NDIS_STATUS_INVALID_LENGTH);
    expect(ask(pair.alice, OID_GEN_CO_SUPPORTED_LIST, list.needed).status).toBe(NDIS_STATUS_SUCCESS);
  });

  it("OID-12: INVALID_OID for what is not known; NOT_SUPPORTED for a query that is set, or a set that is queried", () => {
    expect(ask(pair.alice, 0x7777_7777, 64).status).toBe(NDIS_STATUS_INVALID_OID);
    expect(set(pair.alice, 0x7777_7777, 64)).toBe(NDIS_STATUS_INVALID_OID);
    expect(set(pair.alice, oid("OID_GEN_CO_LINK_SPEED"), 4)).toBe(NDIS_STATUS_NOT_SUPPORTED);
  });
});

describe("OID-23: statistics", () => {
  it.each(STATISTICS)("%s has 4 or 8 bytes, as the buffer has room for", (name) => {
    const pair = new Pair().start();
    expect(number(pair.alice, oid(name), 8)).toBe(number(pair.alice, oid(name), 4));
    expect(pair.stop()).toEqual({});
  });

  it("count the PDUs of data and signalling that went and came, and those that were in error or found no buffer", () => {
    const pair = new Pair({ bob: { configuration: { LargeReceiveBuffers: 8 } } }).start();
    const call = pair.alice.call(BOB, { maximumSduBytes: 3_000 });
    pair.runUntil(() => pair.bob.calls[0]?.state === "connected");
    const read = (side: Side, name: string) => number(side, oid(name), 8);
    const before = STATISTICS.map((name) => [read(pair.alice, name), read(pair.bob, name)]);
    pair.alice.send(call, pattern(100), pattern(3_000), pattern(3_001));
    pair.run(100_000_000);
    const after = STATISTICS.map((name) => [read(pair.alice, name), read(pair.bob, name)]);
    const gained = after.map((pairOf, i) => pairOf.map((value, j) => value - (before[i]?.[j] ?? 0)));
    const byName = Object.fromEntries(STATISTICS.map((name, i) => [name.replace("OID_GEN_CO_", ""), gained[i]]));
    expect(byName).toEqual({
      RCV_PDUS_OK: [0, 2],
      RCV_PDUS_ERROR: [0, 1],
      RCV_PDUS_NO_BUFFER: [0, 0],
      XMIT_PDUS_OK: [3, 0],
      XMIT_PDUS_ERROR: [0, 0],
    });
    expect(pair.stop()).toEqual({});
  });
});

describe("the call manager's OIDs", () => {
  function askCallManager(side: Side, Oid: number) {
    const { binding } = side.client;
    if (binding === null || binding.handle === null || binding.afHandle === null) throw new Error("not open");
    const request = NDIS_OID_REQUEST({ RequestType: NDIS_REQUEST_TYPE.NdisRequestQueryInformation, DATA: { Oid } });
    const status = binding.ndis.NdisCoOidRequest(binding.handle, binding.afHandle, null, null, request);
    return { status, information: request.DATA.QUERY_INFORMATION };
  }

  it("OID-29: OID_CO_GET_ADDRESSES gives the adapter's own address", () => {
    const pair = new Pair().start();
    const { status, information } = askCallManager(pair.alice, OID_CO_GET_ADDRESSES);
    expect(status).toBe(NDIS_STATUS_SUCCESS);
    const list = information.InformationBuffer as CO_ADDRESS_LIST;
    expect([list.NumberOfAddressesAvailable, list.NumberOfAddresses, list.AddressList.length]).toEqual([1, 1, 1]);
    const own = list.AddressList[0]?.Address;
    expect(own).toMatchObject({ Address: ALICE.bytes, NumberOfDigits: 20 });
    expect(pair.stop()).toEqual({});
  });

  it("OID-12, OID-30: NOT_SUPPORTED for the others, OID_CO_GET_CALL_INFORMATION among them", () => {
    const pair = new Pair().start();
    expect(askCallManager(pair.alice, OID_CO_GET_CALL_INFORMATION).status).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(askCallManager(pair.alice, 0x7777_7777).status).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(pair.stop()).toEqual({});
  });
});
