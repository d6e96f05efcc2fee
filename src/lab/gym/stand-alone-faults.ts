import { DriverEntry } from "../../call-manager/index.ts";
import type { CallManagerLibrary, DriverImage } from "../../ndis/index.ts";
import { NDIS_STATUS_SUCCESS } from "../../ndis/index.ts";
import type { FaultyDriver, Miscalls, Mishandlers } from "./faulty-driver.ts";
import { miscalling, mishandling } from "./faulty-driver.ts";

/** Mistakes of stand-alone call managers, made in the reference one. */

const NAME = "faulty-cm";
const reference: DriverImage<CallManagerLibrary> = { name: NAME, DriverEntry };

function miscallingCm(id: string, rule: string, mistake: string, miscalls: Miscalls<CallManagerLibrary>): FaultyDriver {
  const load = () => miscalling(reference, miscalls);
  return { id, rule, mistake, subject: { role: "call-manager", name: NAME, load } };
}

function mishandlingCm(
  id: string,
  rule: string,
  mistake: string,
  handlers: Mishandlers<CallManagerLibrary>,
): FaultyDriver {
  const load = () => mishandling(reference, handlers);
  return { id, rule, mistake, subject: { role: "call-manager", name: NAME, load } };
}

export const STAND_ALONE_FAULTS: readonly FaultyDriver[] = [
  miscallingCm("cm-completes-twice", "OUT-07", "a retry path completes the call a second time", (ndis) => ({
    NdisCmMakeCallComplete: (...given) => {
      ndis.NdisCmMakeCallComplete(...given);
      ndis.NdisCmMakeCallComplete(...given);
    },
  })),
  miscallingCm("cm-forgets-close", "CLS-09", "the close of a call is never completed", () => ({
    NdisCmCloseCallComplete: () => {},
  })),
  miscallingCm("cm-connects-twice", "CON-01", "CONNECT ACK that is repeated is reported again", (ndis) => ({
    NdisCmDispatchCallConnected: (vc) => {
      ndis.NdisCmDispatchCallConnected(vc);
      ndis.NdisCmDispatchCallConnected(vc);
    },
  })),
  miscallingCm("cm-forgets-clients", "AF-33", "clients do not hear that the call manager unbinds", () => ({
    NdisCmNotifyCloseAddressFamily: () => NDIS_STATUS_SUCCESS,
  })),
  miscallingCm("cm-leaves-adapter-open", "BND-07", "the adapter is not closed in ProtocolUnbindAdapterEx", () => ({
    NdisCloseAdapterEx: () => NDIS_STATUS_SUCCESS,
  })),
  miscallingCm(
    "cm-calls-like-an-mcm",
    "MCM-07",
    "a VC is activated with NdisMCmActivateVc, as an MCM would",
    (ndis) => ({
      NdisCmActivateVc: (vc, parameters) => {
        const { NdisMCmActivateVc } = ndis as unknown as {
          NdisMCmActivateVc: typeof ndis.NdisCmActivateVc;
        };
        return NdisMCmActivateVc(vc, parameters);
      },
    }),
  ),
  miscallingCm(
    "cm-signals-on-inactive-vc",
    "ACT-13",
    "the status of the activation is not looked at: signalling begins at once",
    () => ({
      NdisCmActivateVc: () => NDIS_STATUS_SUCCESS,
    }),
  ),
  mishandlingCm("cm-leaves-handler-empty", "REG-09", "no entry point for parties, since there is no multipoint", {
    callManager: () => ({ CmDropPartyHandler: null }),
  }),
];
