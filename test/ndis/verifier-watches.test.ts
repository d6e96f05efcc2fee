import { describe, expect, it } from "vitest";
import {
  NDIS_OID_REQUEST,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_REQUEST_ABORTED,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { Core } from "./core-harness.ts";
import { passSeconds } from "./core-life.ts";

describe("the watch over sends", () => {
  it("NdisTimedDataSend: a late send that comes back after all takes no other out of the watch", () => {
    const core = new Core({ verifier: { rules: { NdisTimedDataSend: "warn", NdisTimedDataHang: "off" } } }).start();
    const vc = core.connectedVc();
    const { client, mcm } = core;
    const send = () => {
      const list = client.lists(1, vc);
      client.ndis.NdisCoSendNetBufferLists(vc, list, 0);
      return list;
    };
    const told = () => core.rules.filter((rule) => rule === "NdisTimedDataSend").length;
    const first = send();
    passSeconds(core, 10);
    const second = send();
    passSeconds(core, 20);
    expect(told()).toBe(1);
    mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, first, 0);
    passSeconds(core, 9);
    expect(told()).toBe(1);
    passSeconds(core, 1);
    expect(told()).toBe(2);
    mcm.ndis.NdisMCoSendNetBufferListsComplete(vc, second, 0);
    passSeconds(core, 100);
    expect(told()).toBe(2);
  });
});

describe("the Timeout of an OID request", () => {
  it("ends, though it be no whole number of nanoseconds", () => {
    const core = new Core().start();
    const { client, mcm } = core;
    mcm.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
    const first = NDIS_OID_REQUEST();
    const second = NDIS_OID_REQUEST({ Timeout: 1 + 0.4e-9 });
    for (const request of [first, second]) client.ndis.NdisOidRequest(client.binding, request);
    for (let steps = 0; steps < 100 && core.world.step(); steps++);
    expect(client.calls("ProtocolOidRequestComplete")).toEqual([[client.context, second, NDIS_STATUS_REQUEST_ABORTED]]);
    expect(core.world.clock.nowNs).toBe(1e9 + 1);
    mcm.ndis.NdisMOidRequestComplete(mcm.handle, first, NDIS_STATUS_SUCCESS);
    expect(core.live.oidRequests).toBe(0);
  });
});
