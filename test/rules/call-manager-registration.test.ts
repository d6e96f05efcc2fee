import { describe, expect } from "vitest";
import type { NDIS_OID_REQUEST as OidRequest } from "../../src/ndis/index.ts";
import {
  CO_ADDRESS_FAMILY,
  NDIS_OID_REQUEST,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../../src/ndis/index.ts";
import { Core, q2931Family } from "../ndis/core-harness.ts";
import { AllocationFailure } from "./registering.ts";
import { behaviour, enforced } from "./rule-case.ts";

const OTHER_FAMILY = CO_ADDRESS_FAMILY({ AddressFamily: 0x801 });

/** A stand-alone call manager that sets its structures like this. */
function withOptions(set: (core: Core, handle: Parameters<Core["callManager"]["setBothHalves"]>[0]) => unknown): Core {
  const core = new Core({ route: "cm" });
  core.callManager.setOptions = (handle) => {
    set(core, handle);
    return NDIS_STATUS_SUCCESS;
  };
  return core;
}

const passes = (): void => void new Core({ route: "cm" }).start().connectedVc();

describe("1. Registration: stand-alone call managers", () => {
  enforced("REG-07", "a call manager whose CO characteristics lack an entry point", {
    by: "cm",
    caught: () =>
      withOptions(({ callManager }, handle) =>
        callManager.ndis.NdisSetOptionalHandlers(handle, { ...callManager.coProtocol(), CoStatusHandlerEx: null }),
      ).load(),
    passes,
  });

  enforced("AF-14", "a call manager without ProtocolCoAfRegisterNotify, although it has no use for it", {
    by: "cm",
    caught: () =>
      withOptions(({ callManager }, handle) => {
        const co = { ...callManager.coProtocol(), CoAfRegisterNotifyHandler: null };
        return callManager.ndis.NdisSetOptionalHandlers(handle, co);
      }).load(),
    passes,
  });

  enforced("REG-09", "a call manager without ProtocolCmActivateVcComplete", {
    by: "cm",
    caught: () =>
      withOptions(({ callManager }, handle) => {
        const handlers = { ...callManager.handlers(), CmActivateVcCompleteHandler: null };
        return callManager.ndis.NdisSetOptionalHandlers(handle, handlers);
      }).load(),
    passes,
  });

  behaviour(
    "REG-18",
    "once a call manager has an address family, its base requests end in ProtocolCoOidRequestComplete",
    () => {
      const core = new Core({ route: "cm" });
      const { callManager, miniport } = core;
      callManager.registersAddressFamily = false;
      miniport.on.miniport.OidRequestHandler = () => NDIS_STATUS_PENDING;
      core.start();
      const completed = (request: OidRequest): string[] => {
        const before = callManager.log.length;
        expect(callManager.ndis.NdisOidRequest(callManager.binding, request)).toBe(NDIS_STATUS_PENDING);
        miniport.ndis.NdisMOidRequestComplete(miniport.handle, request, NDIS_STATUS_SUCCESS);
        return callManager.log.slice(before).map(({ name }) => name);
      };
      expect(completed(NDIS_OID_REQUEST())).toEqual(["ProtocolOidRequestComplete"]);
      expect(callManager.ndis.NdisCmRegisterAddressFamilyEx(callManager.binding, q2931Family())).toBe(
        NDIS_STATUS_SUCCESS,
      );
      callManager.log.length = 0;
      const request = NDIS_OID_REQUEST();
      expect(completed(request)).toEqual(["ProtocolCoOidRequestComplete"]);
      expect(callManager.last("ProtocolCoOidRequestComplete").slice(3)).toEqual([request, NDIS_STATUS_SUCCESS]);
    },
  );

  behaviour(
    "AF-06",
    "FAILURE for a caller that set no handlers, and for an AF that is taken; RESOURCES on shortage",
    () => {
      const silent = withOptions(() => NDIS_STATUS_SUCCESS);
      silent.callManager.registersAddressFamily = false;
      silent.start();
      const { ndis: silentNdis, binding: silentBinding } = silent.callManager;
      expect(silentNdis.NdisCmRegisterAddressFamilyEx(silentBinding, q2931Family())).toBe(NDIS_STATUS_FAILURE);

      const chooser = new AllocationFailure();
      const { ndis, binding } = new Core({ route: "cm", chooser }).start().callManager;
      expect(ndis.NdisCmRegisterAddressFamilyEx(binding, q2931Family())).toBe(NDIS_STATUS_FAILURE);
      chooser.countdown = 0;
      expect(ndis.NdisCmRegisterAddressFamilyEx(binding, OTHER_FAMILY)).toBe(NDIS_STATUS_RESOURCES);
      expect(ndis.NdisCmRegisterAddressFamilyEx(binding, OTHER_FAMILY)).toBe(NDIS_STATUS_SUCCESS);
    },
  );

  behaviour("AF-06", "FAILURE on a miniport that is not connection-oriented, and on a binding that closes", () => {
    const core = new Core({ route: "cm" });
    core.callManager.registersAddressFamily = false;
    core.miniport.on.miniport.SetOptionsHandler = () => NDIS_STATUS_SUCCESS;
    core.start();
    const { ndis, binding } = core.callManager;
    expect(ndis.NdisCmRegisterAddressFamilyEx(binding, q2931Family())).toBe(NDIS_STATUS_FAILURE);

    const closing = new Core({ route: "cm" }).start();
    const { callManager } = closing;
    const statuses: number[] = [];
    callManager.on.protocol.UnbindAdapterHandlerEx = () => {
      statuses.push(callManager.ndis.NdisCmRegisterAddressFamilyEx(callManager.binding, OTHER_FAMILY));
      return callManager.unbind();
    };
    closing.stop();
    expect(statuses).toEqual([NDIS_STATUS_FAILURE]);
  });

  behaviour(
    "AF-08",
    "every address family on a binding has the same entry points, also when the binding gets others",
    () => {
      const core = new Core({ route: "cm" }).start();
      const { callManager, client } = core;
      callManager.ndis.NdisCmRegisterAddressFamilyEx(callManager.binding, OTHER_FAMILY);
      const opened: number[] = [];
      const open = (): void => {
        for (const family of [q2931Family(), OTHER_FAMILY]) {
          client.ndis.NdisClOpenAddressFamilyEx(client.binding, family, null, new OutParameter());
        }
      };
      callManager.on.cm.CmOpenAfHandler = (_context, family, _af, out) => {
        opened.push(family.AddressFamily);
        out.Value = {};
        return NDIS_STATUS_SUCCESS;
      };
      open();
      expect(opened).toEqual([q2931Family().AddressFamily, OTHER_FAMILY.AddressFamily]);
      const refused: number[] = [];
      const anew = callManager.handlers();
      anew.CmOpenAfHandler = (_context, family) => {
        refused.push(family.AddressFamily);
        return NDIS_STATUS_FAILURE;
      };
      expect(callManager.ndis.NdisSetOptionalHandlers(callManager.binding, anew)).toBe(NDIS_STATUS_SUCCESS);
      open();
      expect(refused).toEqual([q2931Family().AddressFamily, OTHER_FAMILY.AddressFamily]);
      expect(opened).toHaveLength(2);
    },
  );
});
