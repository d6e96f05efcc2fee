import { describe, expect } from "vitest";
import { atmAddress } from "../../src/call-manager/call-parameters.ts";
import { AtmClient } from "../../src/client/index.ts";
import { Laboratory } from "../../src/lab/laboratory.ts";
import type { ClientLibrary, DriverImage, NDIS_STATUS, NdisAfHandle, NdisVcHandle } from "../../src/ndis/index.ts";
import {
  CO_ADDRESS,
  CO_ADDRESS_LIST,
  NDIS_STATUS_BUFFER_TOO_SHORT,
  NDIS_STATUS_INVALID_DATA,
  NDIS_STATUS_INVALID_LENGTH,
  NDIS_STATUS_INVALID_OID,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OID_CO_ADDRESS_CHANGE,
  OID_CO_AF_CLOSE,
  OID_CO_GET_ADDRESSES,
  OID_CO_SIGNALING_DISABLED,
  OID_CO_SIGNALING_ENABLED,
  OID_GEN_CO_GET_NETCARD_TIME,
  OID_GEN_CO_LINK_SPEED,
  OID_GEN_CO_MAC_OPTIONS,
  OID_GEN_CO_PROTOCOL_OPTIONS,
  OID_GEN_CO_RCV_PDUS_OK,
  OID_GEN_CO_XMIT_PDUS_ERROR,
  OID_GEN_CO_XMIT_PDUS_OK,
} from "../../src/ndis/index.ts";
import type { Side } from "../miniport/two-hosts.ts";
import { ALICE, BEST_EFFORT, BOB, FEW_BUFFERS, Pair, pattern, SECOND_NS } from "../miniport/two-hosts.ts";
import { Core } from "../ndis/core-harness.ts";
import { MANDATORY_OIDS, query, STATISTICS_OIDS, set, ulongs } from "./oid-fixture.ts";
import { behaviour } from "./rule-case.ts";

/** Asks the miniport half of a side's MCM. */
function ask(side: Side, request: ReturnType<typeof query>, vc: NdisVcHandle | null = null): NDIS_STATUS {
  const { binding } = side.client;
  if (binding === null || binding.handle === null) throw new Error("not bound");
  return binding.ndis.NdisCoOidRequest(binding.handle, null, vc, null, request);
}

function ulongOf({ DATA }: ReturnType<typeof query>): number {
  const buffer = DATA.QUERY_INFORMATION.InformationBuffer;
  if (!(buffer instanceof Uint8Array)) throw new Error("no bytes");
  return new DataView(buffer.buffer).getUint32(0, true);
}

describe("14. OID requests: the reference MCM", () => {
  behaviour("OID-10", "a statistic of a VC counts its frames alone, one of the adapter those of all VCs", () => {
    const pair = new Pair().start();
    const [one, two] = [pair.alice.call(BOB), pair.alice.call(BOB)];
    pair.alice.send(one, pattern(100), pattern(100), pattern(100));
    pair.alice.send(two, pattern(100));
    pair.run(100_000_000);
    const count = (Oid: number, vc: NdisVcHandle | null) => {
      const request = query(Oid, 4);
      expect(ask(pair.alice, request, vc)).toBe(NDIS_STATUS_SUCCESS);
      return ulongOf(request);
    };
    expect(count(OID_GEN_CO_XMIT_PDUS_OK, one.vcHandle)).toBe(3);
    expect(count(OID_GEN_CO_XMIT_PDUS_OK, two.vcHandle)).toBe(1);
    expect(count(OID_GEN_CO_RCV_PDUS_OK, one.vcHandle)).toBe(0);
    // Signalling is counted, too.
    expect(count(OID_GEN_CO_XMIT_PDUS_OK, null)).toBeGreaterThan(4);
    expect(ask(pair.alice, query(OID_GEN_CO_XMIT_PDUS_ERROR, 4), one.vcHandle)).toBe(NDIS_STATUS_NOT_SUPPORTED);
    expect(pair.stop()).toEqual({});
  });

  behaviour("OID-11", "a short buffer gets INVALID_LENGTH or BUFFER_TOO_SHORT, and BytesNeeded", () => {
    const { alice } = new Pair().start();
    for (const Oid of [...MANDATORY_OIDS, ...STATISTICS_OIDS]) {
      if (Oid === OID_GEN_CO_PROTOCOL_OPTIONS) continue;
      const request = query(Oid, 1);
      expect([NDIS_STATUS_INVALID_LENGTH, NDIS_STATUS_BUFFER_TOO_SHORT]).toContain(ask(alice, request));
      expect(request.DATA.QUERY_INFORMATION.BytesNeeded).toBeGreaterThanOrEqual(4);
    }
  });

  behaviour("OID-12", "INVALID_OID for what is not known, NOT_SUPPORTED for what is known and cannot be done", () => {
    const { alice } = new Pair().start();
    expect(ask(alice, query(0x7777_7777, 4))).toBe(NDIS_STATUS_INVALID_OID);
    expect(ask(alice, set(OID_GEN_CO_LINK_SPEED, ulongs(1)))).toBe(NDIS_STATUS_NOT_SUPPORTED);
  });

  behaviour("OID-13", "protocol options that are not defined get INVALID_DATA", () => {
    const { alice } = new Pair().start();
    expect(ask(alice, set(OID_GEN_CO_PROTOCOL_OPTIONS, ulongs(0x10)))).toBe(NDIS_STATUS_INVALID_DATA);
    expect(ask(alice, set(OID_GEN_CO_PROTOCOL_OPTIONS, ulongs(0x02)))).toBe(NDIS_STATUS_SUCCESS);
  });

  behaviour("OID-22", "the mandatory OIDs are answered", () => {
    const { alice } = new Pair().start();
    for (const Oid of MANDATORY_OIDS) {
      const request = Oid === OID_GEN_CO_PROTOCOL_OPTIONS ? set(Oid, ulongs(0)) : query(Oid, 512);
      expect([Oid, ask(alice, request)]).toEqual([Oid, NDIS_STATUS_SUCCESS]);
    }
  });

  behaviour("OID-23", "the statistics are answered in 4 and in 8 bytes", () => {
    const { alice } = new Pair().start();
    for (const Oid of STATISTICS_OIDS)
      for (const length of [4, 8]) {
        const request = query(Oid, length);
        expect(ask(alice, request)).toBe(NDIS_STATUS_SUCCESS);
        expect(request.DATA.QUERY_INFORMATION.BytesWritten).toBe(length);
      }
  });

  behaviour("OID-32", "NDIS_MAC_OPTION_NO_LOOPBACK is set, the reserved bit is not: the NIC does not loop back", () => {
    const { alice } = new Pair().start();
    const request = query(OID_GEN_CO_MAC_OPTIONS, 4);
    ask(alice, request);
    expect(ulongOf(request) & 0x8000_0008).toBe(8);
  });

  behaviour("OID-33", "OID_GEN_CO_GET_NETCARD_TIME is answered at once, as not known", () => {
    const { alice } = new Pair().start();
    expect(ask(alice, query(OID_GEN_CO_GET_NETCARD_TIME, 16))).toBe(NDIS_STATUS_INVALID_OID);
  });
});

/** A reference client that notes what it opens, what it asks for, and what it is told by OIDs. */
function noting(client: AtmClient, notes: string[]): DriverImage<ClientLibrary> {
  const { name, DriverEntry } = client.image;
  const wrap = (library: ClientLibrary): ClientLibrary => ({
    ...library,
    NdisClOpenAddressFamilyEx: (...args) => {
      notes.push("opens");
      return library.NdisClOpenAddressFamilyEx(...args);
    },
    NdisClCloseAddressFamily: (...args) => {
      notes.push("closes");
      return library.NdisClCloseAddressFamily(...args);
    },
    NdisCoOidRequest: (...args) => {
      notes.push(`asks ${OID_NAMES.get(args[4].DATA.Oid)}`);
      return library.NdisCoOidRequest(...args);
    },
    NdisSetOptionalHandlers: (handle, handlers) => {
      if (!("ClOidRequestHandler" in handlers)) return library.NdisSetOptionalHandlers(handle, handlers);
      const ClOidRequestHandler: typeof handlers.ClOidRequestHandler = (af, vc, party, request) => {
        notes.push(`told ${OID_NAMES.get(request.DATA.Oid)}`);
        return handlers.ClOidRequestHandler?.(af, vc, party, request) ?? NDIS_STATUS_NOT_SUPPORTED;
      };
      return library.NdisSetOptionalHandlers(handle, { ...handlers, ClOidRequestHandler });
    },
  });
  return { name, DriverEntry: (object, path, library) => DriverEntry(object, path, wrap(library)) };
}

const OID_NAMES: ReadonlyMap<number, string> = new Map([
  [OID_CO_ADDRESS_CHANGE, "ADDRESS_CHANGE"],
  [OID_CO_GET_ADDRESSES, "GET_ADDRESSES"],
  [OID_CO_SIGNALING_ENABLED, "SIGNALING_ENABLED"],
  [OID_CO_SIGNALING_DISABLED, "SIGNALING_DISABLED"],
]);

/** A host with a NIC and two reference clients, each with its notes; what happens until both are ready is in them. */
function twoClients(route: "mcm" | "call-manager") {
  const each = [ALICE, BOB].map((listen, i) => {
    const client = new AtmClient(`client${i}`, { sendBuffers: 3, sendBufferBytes: 256, listen });
    const notes: string[] = [];
    return { client, notes, image: noting(client, notes) };
  });
  const nics = [{ name: "nic0", address: ALICE, configuration: FEW_BUFFERS }];
  const lab = new Laboratory({ hosts: [{ name: "alice", nics, route, clients: each.map(({ image }) => image) }] });
  lab.start();
  const are = (enabled: boolean) => each.every(({ client }) => client.binding?.signallingEnabled === enabled);
  expect(lab.runUntil(() => are(true), 60 * SECOND_NS)).toBe(true);
  const [one, two] = each;
  if (one === undefined || two === undefined) throw new Error("two clients");
  return { lab, one, two, are };
}

const LAB_ROUTES = ["mcm", "call-manager"] as const;

describe("14. OID requests: the reference call manager and client", () => {
  behaviour(
    "OID-26",
    "a client is told of its address right after the open, before anything else, and asks for it",
    () => {
      for (const route of LAB_ROUTES) {
        const { lab, one, two } = twoClients(route);
        for (const { notes, client } of [one, two]) {
          expect(notes.slice(0, 3), route).toEqual(["opens", "told ADDRESS_CHANGE", "asks GET_ADDRESSES"]);
          expect(client.binding?.address).not.toBeNull();
        }
        lab.stop();
      }
    },
  );

  behaviour("OID-26", "whenever it is told of a change the client asks again, and goes by the answer", () => {
    const core = new Core({ clients: [] });
    const client = new AtmClient("atm", { sendBuffers: 4, sendBufferBytes: 512, listen: BOB });
    const asked: number[] = [];
    let current = ALICE;
    core.mcm.on.cm.CmOidRequestHandler = (_af, _vc, _party, request) => {
      asked.push(request.DATA.Oid);
      const address = CO_ADDRESS({ AddressSize: current.bytes.length, Address: atmAddress(current) });
      const AddressList = [address];
      request.DATA.QUERY_INFORMATION.InformationBuffer = CO_ADDRESS_LIST({
        NumberOfAddressesAvailable: 1,
        NumberOfAddresses: 1,
        AddressList,
      });
      return NDIS_STATUS_SUCCESS;
    };
    core.load();
    core.run(core.ndis.loadClient(client.image));
    core.startDevice();
    const af = core.mcm.last("ProtocolCmOpenAf")[2] as NdisAfHandle;
    for (const address of [ALICE, BOB]) {
      current = address;
      core.mcm.ndis.NdisMCmOidRequest(af, null, null, set(OID_CO_ADDRESS_CHANGE, ulongs()));
      expect(client.binding?.address).toEqual(atmAddress(address));
    }
    expect(asked).toEqual([OID_CO_GET_ADDRESSES, OID_CO_GET_ADDRESSES]);
  });

  behaviour(
    "OID-27",
    "every client with the address family open is told that signalling is up, down with the light, and up again",
    () => {
      for (const route of LAB_ROUTES) {
        const { lab, one, two, are } = twoClients(route);
        const { link } = lab.nic("alice");
        for (const isUp of [false, true]) {
          link.setUp(isUp);
          expect(lab.runUntil(() => are(isUp), 60 * SECOND_NS)).toBe(true);
        }
        const told = ({ notes }: typeof one) => notes.filter((note) => note.startsWith("told SIGNALING"));
        const expected = ["told SIGNALING_ENABLED", "told SIGNALING_DISABLED", "told SIGNALING_ENABLED"];
        expect([told(one), told(two)], route).toEqual([expected, expected]);
        // Who has closed it is told nothing any more.
        one.client.binding?.closeAll();
        expect(lab.runUntil(() => one.notes.includes("closes"), SECOND_NS)).toBe(true);
        link.setUp(false);
        expect(lab.runUntil(() => two.client.binding?.signallingEnabled === false, 60 * SECOND_NS)).toBe(true);
        expect(told(one), route).toEqual(expected);
        lab.stop();
      }
    },
  );

  behaviour("OID-29", "OID_CO_GET_ADDRESSES gives room and entries", () => {
    const { alice } = new Pair().start();
    const { binding } = alice.client;
    if (binding === null || binding.handle === null) throw new Error("not bound");
    const request = query(OID_CO_GET_ADDRESSES);
    binding.ndis.NdisCoOidRequest(binding.handle, binding.afHandle, null, null, request);
    const list = request.DATA.QUERY_INFORMATION.InformationBuffer as CO_ADDRESS_LIST;
    expect(list.NumberOfAddresses).toBe(list.AddressList.length);
    expect(list.NumberOfAddressesAvailable).toBeGreaterThanOrEqual(list.NumberOfAddresses);
  });

  behaviour(
    "OID-28",
    "on OID_CO_AF_CLOSE the client closes its calls, deregisters its SAP and closes the address family",
    () => {
      const core = new Core({ clients: [] });
      const client = new AtmClient("atm", { sendBuffers: 4, sendBufferBytes: 512, listen: BOB });
      // AF-29: the close pends while the VC is there.
      core.mcm.on.cm.CmCloseAfHandler = () => NDIS_STATUS_PENDING;
      core.load();
      core.run(core.ndis.loadClient(client.image));
      core.startDevice();
      const { mcm } = core;
      const af = mcm.last("ProtocolCmOpenAf")[2] as NdisAfHandle;
      mcm.ndis.NdisMCmOidRequest(af, null, null, set(OID_CO_SIGNALING_ENABLED, ulongs()));
      client.makeCall({ called: BOB, ...BEST_EFFORT });
      const vc = mcm.last("ProtocolCoCreateVc")[1] as NdisVcHandle;
      core.activate(vc);
      core.completeCall(vc);
      expect(core.live).toMatchObject({ addressFamilies: 1, saps: 1, vcs: 1 });
      const status = mcm.ndis.NdisMCmOidRequest(af, null, null, set(OID_CO_AF_CLOSE, ulongs()));
      expect(status).toBe(NDIS_STATUS_SUCCESS);
      core.deactivate(vc);
      core.completeClose(vc);
      core.settle();
      mcm.ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_SUCCESS, af);
      const steps = ["ProtocolCmCloseCall", "ProtocolCmDeregisterSap", "ProtocolCmCloseAf"];
      expect(steps.map((step) => mcm.calls(step).length)).toEqual([1, 1, 1]);
      expect(core.order.indexOf("ProtocolCmCloseAf")).toBeGreaterThan(core.order.indexOf("ProtocolCmDeregisterSap"));
      expect(core.live).toMatchObject({ addressFamilies: 0, saps: 0, vcs: 0 });
    },
  );
});
