import { describe, expect, it } from "vitest";
import { findDdi } from "../../src/ndis/ddi/catalog.ts";
import { CALLBACK_NAMES } from "../../src/ndis/driver/handler-names.ts";
import {
  CO_CALL_PARAMETERS,
  NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS,
  NDIS_CO_CLIENT_OPTIONAL_HANDLERS,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_PROTOCOL_CO_CHARACTERISTICS,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_SUCCESS,
} from "../../src/ndis/index.ts";
import { Core } from "../ndis/core-harness.ts";
import { fromMiniport, headerOnly, mcmSets } from "./registering.ts";
import { behaviour } from "./rule-case.ts";

describe("24. Documentation conflicts: registration", () => {
  behaviour(
    "REG-19",
    "X-10: both sizes of the call-manager handlers; the last handler is required only where the size covers it",
    () => {
      const sized = (Size: number, last: "there" | "NULL") =>
        mcmSets((core) => {
          const handlers = core.mcm.callManager();
          handlers.Header.Size = Size;
          if (last === "NULL") handlers.CmNotifyCloseAfCompleteHandler = null;
          return handlers;
        });
      expect(fromMiniport(sized(135, "there"))).toBe(NDIS_STATUS_FAILURE);
      expect(fromMiniport(sized(136, "there"))).toBe(NDIS_STATUS_SUCCESS);
      expect(fromMiniport(sized(136, "NULL"))).toBe(NDIS_STATUS_SUCCESS);
      expect(fromMiniport(sized(144, "there"))).toBe(NDIS_STATUS_SUCCESS);
      expect(fromMiniport(sized(144, "NULL"), new Core({ verifier: false }))).toBe(NDIS_STATUS_FAILURE);
    },
  );

  behaviour(
    "REG-10",
    "X-14: a placeholder for a handler that is VOID just returns, and what it returns all the same is nothing to NDIS",
    () => {
      const core = new Core().start();
      const returnsStatus = (() => NDIS_STATUS_NOT_SUPPORTED) as () => never;
      core.client.on.cl.ClMakeCallCompleteHandler = returnsStatus;
      core.client.on.cl.ClCloseCallCompleteHandler = returnsStatus;
      core.mcm.on.cm.CmModifyCallQoSHandler = () => NDIS_STATUS_NOT_SUPPORTED;
      const vc = core.connectedVc();
      expect(core.client.ndis.NdisClModifyCallQoS(vc, CO_CALL_PARAMETERS())).toBe(NDIS_STATUS_NOT_SUPPORTED);
      core.endCall(vc);
      expect(core.live.vcs).toBe(0);
      expect(core.rules).toEqual([]);
    },
  );

  behaviour(
    "REG-22",
    "X-15: all four chimney structures are a miniport's alike, and offload is what this core leaves out: FAILURE",
    () => {
      for (const type of [0x8e, 0x8f, 0x93, 0x94]) {
        const core = new Core();
        expect(
          fromMiniport(
            mcmSets(() => headerOnly(type)),
            core,
          ),
        ).toBe(NDIS_STATUS_FAILURE);
        expect(core.rules).toEqual([]);
      }
    },
  );

  it("X-26: every member of the structures has one name, that of its reference page", () => {
    const drifted = [
      "ProtocolClIncomingQoSChange",
      "ProtocolClDropParty",
      "NdisCoActivateVc",
      "ProtocolCmModifyQoS",
      "ProtocolAfRegisterNotify",
      "ProtocolClIncomingCallConnected",
      "ProtocolClOpenAfComplete",
    ];
    for (const name of drifted) expect(findDdi(name), name).toBeNull();
    const factories = [
      NDIS_CO_CALL_MANAGER_OPTIONAL_HANDLERS(),
      NDIS_CO_CLIENT_OPTIONAL_HANDLERS(),
      NDIS_PROTOCOL_CO_CHARACTERISTICS(),
      NDIS_MINIPORT_CO_CHARACTERISTICS(),
    ];
    const handlers = factories.flatMap((members) => Object.keys(members)).filter((name) => name.includes("Handler"));
    // 17 + 19 + 4 + 6
    expect(handlers).toHaveLength(46);
    for (const member of handlers) expect(findDdi(CALLBACK_NAMES[member] ?? "")?.kind, member).toBe("callback");
  });
});
