import { describe, expect, it } from "vitest";
import { REGISTERS } from "../../src/device/index.ts";
import { NDIS_PARAMETER_TYPE } from "../../src/ndis/ddi/constants/enumerations.ts";
import type { NdisConfigurationHandle } from "../../src/ndis/ddi/handles.ts";
import { OutParameter } from "../../src/ndis/ddi/handles.ts";
import type { NDIS_STATUS_FINAL } from "../../src/ndis/ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_RESOURCE_CONFLICT, NDIS_STATUS_SUCCESS } from "../../src/ndis/ddi/status.ts";
import type { NDIS_CONFIGURATION_PARAMETER } from "../../src/ndis/ddi/structures/configuration.ts";
import { NDIS_CONFIGURATION_OBJECT } from "../../src/ndis/ddi/structures/configuration.ts";
import { busDataFunctions, PCI_WHICHSPACE_CONFIG } from "../../src/ndis/hardware/bus-data.ts";
import { configurationFunctions } from "../../src/ndis/hardware/configuration.ts";
import { brokenRule, Host, OWNER, out } from "./executive-harness.ts";
import { LineDevice, NicHost } from "./hardware-harness.ts";

describe("register space", () => {
  it("the driver reads and writes the device's registers at the addresses that it has mapped", () => {
    const host = new NicHost();
    const base = host.mapRegisters();
    // What the datasheet says that ID reads.
    expect(host.ndis.NdisReadRegisterUlong(base + REGISTERS.ID.offset)).toBe(0x0155a7f1);
    expect(brokenRule(() => host.ndis.NdisWriteRegisterUlong(base, "1" as never))).toBe("NullCheck");
    host.ndis.NdisWriteRegisterUlong(base + REGISTERS.ITR.offset, 0xffff_fff0);
    expect(host.ndis.NdisReadRegisterUlong(base + REGISTERS.ITR.offset)).toBe(0xffff_fff0);
    expect(host.nic.interrupts.throttleNs).toBe(0xffff_fff0);
    expect([host.nic.registerReads, host.nic.registerWrites]).toEqual([2, 1]);
    expect(host.live.registerMappings).toBe(1);
  });

  it("RESOURCE_CONFLICT outside the device's registers", () => {
    const host = new NicHost();
    const { registerBase } = host.slot;
    const address = new OutParameter<number>();
    const status = (start: number, length: number) => host.ndis.NdisMMapIoSpace(address, host.handle, start, length);
    expect(status(registerBase, 0x201)).toBe(NDIS_STATUS_RESOURCE_CONFLICT);
    expect(status(registerBase - 4, 8)).toBe(NDIS_STATUS_RESOURCE_CONFLICT);
    expect(status(0, 8)).toBe(NDIS_STATUS_RESOURCE_CONFLICT);
    expect(status(registerBase, 0)).toBe(NDIS_STATUS_RESOURCE_CONFLICT);
    expect(address.Value).toBeNull();
    expect(status(registerBase + 0x100, 0x100)).toBe(NDIS_STATUS_SUCCESS);
    expect(address.Value).toBe(registerBase + 0x100);
  });

  it("MEM-11: only mapped, aligned registers are touched, by the driver that mapped them", () => {
    const host = new NicHost();
    const { registerBase } = host.slot;
    const read = (address: number) => brokenRule(() => void host.ndis.NdisReadRegisterUlong(address));
    expect(read(registerBase)).toBe("MEM-11");
    const address = new OutParameter<number>();
    host.ndis.NdisMMapIoSpace(address, host.handle, registerBase + 0x40, 0x20);
    host.ndis.NdisMMapIoSpace(address, host.handle, registerBase + 0x100, 0x10);
    for (const good of [0x40, 0x5c, 0x100, 0x10c, 0x40]) expect(read(registerBase + good)).toBe("no rule was broken");
    for (const bad of [0x3c, 0x60, 0xfc, 0x110, 0x42, 0x10e]) expect(read(registerBase + bad)).toBe("MEM-11");
    expect(brokenRule(() => host.ndis.NdisWriteRegisterUlong(registerBase, 1))).toBe("MEM-11");
    const stranger = new NicHost();
    expect(brokenRule(() => void stranger.ndis.NdisReadRegisterUlong(registerBase + 0x40))).toBe("MEM-11");
  });

  it("MEM-11: mapped in MiniportInitializeEx only, unmapped as it was mapped, once; then it is gone", () => {
    const host = new NicHost();
    const base = host.mapRegisters();
    expect(brokenRule(() => host.ndis.NdisMUnmapIoSpace(host.handle, base, 0x100))).toBe("MEM-11");
    host.ndis.NdisMUnmapIoSpace(host.handle, base, 0x200);
    expect([host.live.registerMappings, host.holdings.count]).toEqual([0, 0]);
    expect(brokenRule(() => host.ndis.NdisMUnmapIoSpace(host.handle, base, 0x200))).toBe("MEM-11");
    expect(brokenRule(() => void host.ndis.NdisReadRegisterUlong(base))).toBe("MEM-11");
    host.adapter.state = "Running";
    expect(brokenRule(() => void host.mapRegisters())).toBe("MEM-11");
  });

  it("with the verifier off a stray read gives all ones, as an empty bus does", () => {
    const host = new NicHost({ verifying: false });
    expect(host.ndis.NdisReadRegisterUlong(0x1234)).toBe(0xffff_ffff);
    host.ndis.NdisWriteRegisterUlong(0x1234, 5);
    expect(host.violations).toEqual(["MEM-11", "MEM-11"]);
    expect(host.nic.registerWrites).toBe(0);
  });

  it("there are no I/O ports", () => {
    const host = new NicHost();
    const offset = new OutParameter<number>();
    expect(host.ndis.NdisMRegisterIoPortRange(offset, host.handle, 0x300, 8)).toBe(NDIS_STATUS_RESOURCE_CONFLICT);
    expect(brokenRule(() => host.ndis.NdisMDeregisterIoPortRange(host.handle, 0x300, 8, 0))).toBe(
      "NdisMRegisterIoPortRange",
    );
  });
});

describe("PCI configuration space", () => {
  function busHost() {
    const host = new Host();
    host.slot.device = new LineDevice();
    const ndis = busDataFunctions(host.environment, OWNER);
    const read = (offset: number, length: number): number[] => {
      const buffer = new Uint8Array(length);
      const count = ndis.NdisMGetBusData(host.handle, PCI_WHICHSPACE_CONFIG, offset, buffer, length);
      return [...buffer.subarray(0, count)];
    };
    return { host, ndis, read };
  }

  it("has vendor, device, revision, class and base address where PCI puts them, little-endian", () => {
    const { host, read } = busHost();
    expect(read(0, 4)).toEqual([0x34, 0x12, 0x78, 0x56]);
    expect(read(8, 4)).toEqual([0x09, 0x00, 0x03, 0x02]);
    const view = new DataView(Uint8Array.from(read(0, 64)).buffer);
    expect(view.getUint32(0x10, true)).toBe(host.slot.registerBase);
    expect(view.getUint8(0x3d)).toBe(1);
  });

  it("returns how many bytes there were; another space has none", () => {
    const { host, ndis, read } = busHost();
    expect(read(60, 16)).toHaveLength(4);
    expect(read(64, 4)).toEqual([]);
    expect(read(-1, 4)).toEqual([]);
    expect(ndis.NdisMGetBusData(host.handle, 4, 0, new Uint8Array(4), 4)).toBe(0);
    expect(ndis.NdisMGetBusData(host.handle, PCI_WHICHSPACE_CONFIG, 0, new Uint8Array(2), 4)).toBe(2);
  });

  it("keeps writes to Command and Interrupt Line, and ignores those to the identity", () => {
    const { host, ndis, read } = busHost();
    const ones = new Uint8Array(64).fill(0xff);
    expect(ndis.NdisMSetBusData(host.handle, PCI_WHICHSPACE_CONFIG, 0, ones, 64)).toBe(64);
    expect(read(0, 6)).toEqual([0x34, 0x12, 0x78, 0x56, 0xff, 0xff]);
    expect(read(0x3c, 2)).toEqual([0xff, 1]);
  });
});

describe("configuration", () => {
  const { NdisParameterInteger, NdisParameterString } = NDIS_PARAMETER_TYPE;
  const integer = (IntegerData: number): NDIS_CONFIGURATION_PARAMETER => ({
    ParameterType: NdisParameterInteger,
    ParameterData: { IntegerData },
  });
  const text = (StringData: string): NDIS_CONFIGURATION_PARAMETER => ({
    ParameterType: NdisParameterString,
    ParameterData: { StringData },
  });

  function configured(values: Record<string, NDIS_CONFIGURATION_PARAMETER>) {
    const host = new Host({ configuration: new Map(Object.entries(values)) });
    const ndis = configurationFunctions(host.environment, OWNER, host.holdings);
    const open = (): NdisConfigurationHandle =>
      out<NdisConfigurationHandle>((handle) =>
        ndis.NdisOpenConfigurationEx(NDIS_CONFIGURATION_OBJECT({ NdisHandle: host.handle }), handle),
      );
    const read = (handle: NdisConfigurationHandle, keyword: string) => {
      const status = new OutParameter<NDIS_STATUS_FINAL>();
      const value = new OutParameter<NDIS_CONFIGURATION_PARAMETER>();
      ndis.NdisReadConfiguration(status, value, handle, keyword, NdisParameterInteger);
      expect(status.Value).toBe(value.Value === null ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS);
      return value.Value;
    };
    const networkAddress = (handle: NdisConfigurationHandle) => {
      const status = new OutParameter<NDIS_STATUS_FINAL>();
      const [octets, length] = [new OutParameter<Uint8Array>(), new OutParameter<number>()];
      ndis.NdisReadNetworkAddress(status, octets, length, handle);
      expect(status.Value).toBe(octets.Value === null ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS);
      expect(length.Value).toBe(octets.Value?.length ?? 0);
      return octets.Value === null ? null : [...octets.Value];
    };
    return { host, ndis, open, read, networkAddress };
  }

  it("keywords are the same in upper and lower case; what is missing gives FAILURE", () => {
    const { host, open, read } = configured({ RxBuffers: integer(512) });
    const handle = open();
    expect(read(handle, "rxBUFFERS")).toEqual(integer(512));
    expect(read(handle, "RxBuffer")).toBeNull();
    expect(host.live.configurations).toBe(1);
  });

  it("NdisVersion is there without being configured", () => {
    const { open, read } = configured({});
    expect(read(open(), "NdisVersion")).toEqual(integer(0x0006_0032));
  });

  it("what is written stays for the next time the key is opened", () => {
    const { ndis, open, read } = configured({ A: integer(1) });
    const first = open();
    const status = new OutParameter<NDIS_STATUS_FINAL>();
    ndis.NdisWriteConfiguration(status, first, "a", integer(2));
    ndis.NdisWriteConfiguration(status, first, "B", text("x"));
    expect(status.Value).toBe(NDIS_STATUS_SUCCESS);
    ndis.NdisCloseConfiguration(first);
    const second = open();
    expect([read(second, "A"), read(second, "b")]).toEqual([integer(2), text("x")]);
  });

  it("NdisOpenConfigurationEx: opened keys are closed once, used while open, and not left behind", () => {
    const { host, ndis, open, read } = configured({});
    const handle = open();
    const rule = "NdisOpenConfigurationEx";
    expect(
      brokenRule(() => void host.holdings.reportLeft(host.environment, OWNER, host.adapter, "MiniportHaltEx")),
    ).toBe(rule);
    ndis.NdisCloseConfiguration(handle);
    expect(host.live.configurations).toBe(0);
    expect(brokenRule(() => ndis.NdisCloseConfiguration(handle))).toBe(rule);
    expect(brokenRule(() => void read(handle, "A"))).toBe(rule);
    const configuration = new OutParameter<NdisConfigurationHandle>();
    const wrong = NDIS_CONFIGURATION_OBJECT({ NdisHandle: host.handle, Header: { Type: 0, Revision: 1, Size: 20 } });
    expect(ndis.NdisOpenConfigurationEx(wrong, configuration)).toBe(NDIS_STATUS_FAILURE);
    expect(ndis.NdisOpenConfigurationEx(NDIS_CONFIGURATION_OBJECT(), configuration)).toBe(NDIS_STATUS_FAILURE);
  });

  it("there are no keys below a key", () => {
    const { ndis, open } = configured({});
    const handle = open();
    const status = new OutParameter<NDIS_STATUS_FINAL>();
    const below = new OutParameter<NdisConfigurationHandle>();
    ndis.NdisOpenConfigurationKeyByName(status, handle, "Ndi", below);
    expect([status.Value, below.Value]).toEqual([NDIS_STATUS_FAILURE, null]);
    ndis.NdisOpenConfigurationKeyByIndex(status, handle, 0, new OutParameter<string>(), below);
    expect([status.Value, below.Value]).toEqual([NDIS_STATUS_FAILURE, null]);
  });

  it("NdisReadNetworkAddress reads hexadecimal digits, with or without dashes, and nothing else", () => {
    const address = (value: NDIS_CONFIGURATION_PARAMETER | null) => {
      const { open, networkAddress } = configured(value === null ? {} : { NetworkAddress: value });
      return networkAddress(open());
    };
    const octets = [0x00, 0x20, 0x48, 0x0a, 0xbc, 0xff];
    expect(address(text("0020480ABCff"))).toEqual(octets);
    expect(address(text("00-20-48-0a-bc-FF"))).toEqual(octets);
    for (const wrong of ["", "002048ABCF", "00204", "00-", "0020480ABCGG", "00:20"]) {
      if (wrong === "002048ABCF") expect(address(text(wrong))).toHaveLength(5);
      else expect(address(text(wrong))).toBeNull();
    }
    expect(address(integer(5))).toBeNull();
    expect(address(null)).toBeNull();
  });

  it("NdisWriteErrorLogEntry goes to the probe with its values", () => {
    const { host, ndis } = configured({});
    ndis.NdisWriteErrorLogEntry(host.handle, 0xc0001389, 2, 7, 0x10);
    const [entry] = host.emitted.filter(({ kind }) => kind === "log");
    expect(entry).toMatchObject({ name: "0xc0001389", fields: { owner: OWNER, values: "0x7 0x10" } });
  });
});
