import { describe, expect, expectTypeOf, it } from "vitest";
import type { NdisMiniportCallManagerLibrary } from "../../src/ndis/ddi/functions/libraries.ts";
import type { PROTOCOL_CO_CREATE_VC } from "../../src/ndis/ddi/handlers/connection.ts";
import type { NdisAfHandle, NdisVcHandle } from "../../src/ndis/ddi/handles.ts";
import { OutParameter, toHandle } from "../../src/ndis/ddi/handles.ts";
import * as status from "../../src/ndis/ddi/status.ts";
import { broken, Core } from "./core-harness.ts";

function complete(final: status.NDIS_STATUS_FINAL): number {
  return final;
}

describe("NDIS_STATUS", () => {
  it("OUT-08: completing with PENDING does not compile", () => {
    // @ts-expect-error PENDING is not final
    expect(complete(status.NDIS_STATUS_PENDING)).toBe(0x103);
    expect(complete(status.NDIS_STATUS_FAILURE)).toBe(-1073741823);
  });

  it("narrows to a final status once PENDING is excluded", () => {
    const returned = (pends: boolean): status.NDIS_STATUS =>
      pends ? status.NDIS_STATUS_PENDING : status.NDIS_STATUS_RESOURCES;
    const outcome = returned(false);
    // @ts-expect-error it may still be PENDING
    complete(outcome);
    if (outcome !== status.NDIS_STATUS_PENDING) {
      expectTypeOf(outcome).toEqualTypeOf<status.NDIS_STATUS_FINAL>();
      expect(complete(outcome)).toBe(status.NDIS_STATUS_RESOURCES);
    }
    expect(returned(true)).toBe(status.NDIS_STATUS_PENDING);
  });

  it("VC-09: a create-VC handler that pends does not compile", () => {
    // @ts-expect-error PENDING makes the VC unusable
    const pending: PROTOCOL_CO_CREATE_VC = () => status.NDIS_STATUS_PENDING;
    const resources: PROTOCOL_CO_CREATE_VC = () => status.NDIS_STATUS_RESOURCES;
    expect(pending).not.toBe(resources);
  });

  it("takes no plain number for a status", () => {
    // @ts-expect-error a number is no status
    expect(complete(5)).toBe(5);
  });
});

describe("status names", () => {
  it("names signed and unsigned spellings of a value alike", () => {
    expect(status.statusName(0xc001000d)).toBe("NDIS_STATUS_RESET_IN_PROGRESS");
    expect(status.statusName(0xc001000d | 0)).toBe("NDIS_STATUS_RESET_IN_PROGRESS");
  });

  it("prefers the current name of a value that has two", () => {
    expect(status.statusName(status.NDIS_STATUS_INCOMPATABLE_QOS)).toBe("NDIS_STATUS_INCOMPATIBLE_QOS");
    expect(status.statusName(status.NDIS_STATUS_WW_INDICATION)).toBe("NDIS_STATUS_MEDIA_SPECIFIC_INDICATION");
  });

  it("spells a value without a name as C would print it", () => {
    expect(status.statusName(0xc0000022)).toBe("0xC0000022");
    expect(status.statusName(5)).toBe("0x00000005");
  });

  it("finds a status by its name", () => {
    expect(status.statusByName("NDIS_STATUS_PENDING")).toBe(0x103);
    expect(status.statusByName("NDIS_STATUS_NONSENSE")).toBeNull();
    expect(status.statusByName("toString")).toBeNull();
  });
});

describe("isSuccess", () => {
  it("is false for NOT_ACCEPTED, which NT_SUCCESS would call a success", () => {
    expect(status.NDIS_STATUS_NOT_ACCEPTED).toBeGreaterThan(0);
    expect(status.isSuccess(status.NDIS_STATUS_NOT_ACCEPTED)).toBe(false);
    expect(status.isSuccess(status.NDIS_STATUS_SUCCESS)).toBe(true);
    expect(status.isSuccess(status.NDIS_STATUS_PENDING)).toBe(false);
  });
});

describe("finalStatus", () => {
  it("takes 32-bit integers of either sign, and neither PENDING nor anything else", () => {
    expect(status.finalStatus(0xc0000001)).toBe(status.NDIS_STATUS_FAILURE);
    expect(status.finalStatus(-1073741823)).toBe(status.NDIS_STATUS_FAILURE);
    expect(status.finalStatus(0x103)).toBeNull();
    expect(status.finalStatus(0.5)).toBeNull();
    expect(status.finalStatus(2 ** 32)).toBeNull();
    expect(status.finalStatus(Number.NaN)).toBeNull();
  });
});

describe("handles", () => {
  it("of different kinds do not mix", () => {
    const vc = toHandle<NdisVcHandle>({});
    const slot = new OutParameter<NdisAfHandle>();
    expect(slot.Value).toBeNull();
    // @ts-expect-error a VC handle is no AF handle
    slot.Value = vc;
    // @ts-expect-error an object is no handle
    slot.Value = {};
    expect(slot.Value).toEqual({});
  });
});

describe("the library of an MCM", () => {
  it("VC-24 and SND-17: has no NdisCo calls", () => {
    type Names = keyof NdisMiniportCallManagerLibrary;
    expectTypeOf<Extract<Names, "NdisCoSendNetBufferLists" | "NdisCoCreateVc" | "NdisCoOidRequest">>().toBeNever();
    expectTypeOf<Extract<Names, "NdisMCmCreateVc">>().toEqualTypeOf<"NdisMCmCreateVc">();
    const { mcm, client } = new Core().start();
    const created = new OutParameter<NdisVcHandle>();
    // @ts-expect-error an MCM calls NdisMCmCreateVc
    const { NdisCoCreateVc } = mcm.ndis;
    expect(broken(() => NdisCoCreateVc(client.binding, null, {}, created))).toBe("VC-24 by mcm");
  });
});
