import { DriverEntry } from "../../miniport/index.ts";
import type {
  DriverImage,
  MiniportCallManagerLibrary,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisVcHandle,
  OutParameter,
} from "../../ndis/index.ts";
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
} from "../../ndis/index.ts";
import type { FaultyDriver, Miscalls, Mishandlers } from "./faulty-driver.ts";
import { miscalling, mishandling } from "./faulty-driver.ts";

/** Mistakes of MCMs in call management, made in the reference MCM. */

const NAME = "faulty-mcm";
const reference: DriverImage<MiniportCallManagerLibrary> = { name: NAME, DriverEntry };
/** A status that the types rightly refuse, as a C driver could pass it. */
const PENDING_AS_FINAL = NDIS_STATUS_PENDING as NDIS_STATUS as NDIS_STATUS_FINAL;

function miscallingMcm(
  id: string,
  rule: string,
  mistake: string,
  miscalls: Miscalls<MiniportCallManagerLibrary>,
): FaultyDriver {
  return { id, rule, mistake, subject: { role: "mcm", name: NAME, load: () => miscalling(reference, miscalls) } };
}

function mishandlingMcm(
  id: string,
  rule: string,
  mistake: string,
  handlers: Mishandlers<MiniportCallManagerLibrary>,
): FaultyDriver {
  return { id, rule, mistake, subject: { role: "mcm", name: NAME, load: () => mishandling(reference, handlers) } };
}

const oneRoutine = (): NDIS_STATUS_FINAL => NDIS_STATUS_NOT_SUPPORTED;

export const CALL_MANAGER_FAULTS: readonly FaultyDriver[] = [
  miscallingMcm("mcm-forgets-failed-completion", "OUT-07", "a call that fails is never completed", (ndis) => ({
    NdisMCmMakeCallComplete: (Status, ...rest) => {
      if (Status === NDIS_STATUS_SUCCESS) ndis.NdisMCmMakeCallComplete(Status, ...rest);
    },
  })),
  miscallingMcm("mcm-completes-twice", "OUT-07", "a retry path completes the call a second time", (ndis) => ({
    NdisMCmMakeCallComplete: (...given) => {
      ndis.NdisMCmMakeCallComplete(...given);
      ndis.NdisMCmMakeCallComplete(...given);
    },
  })),
  miscallingMcm("mcm-activates-late", "OUT-09", "the VC is activated after the call is completed", (ndis) => {
    let postponed: (() => void) | null = null;
    return {
      NdisMCmActivateVc: (vc, parameters) => {
        postponed = () => void ndis.NdisMCmActivateVc(vc, parameters);
        return NDIS_STATUS_SUCCESS;
      },
      NdisMCmMakeCallComplete: (...given) => {
        ndis.NdisMCmMakeCallComplete(...given);
        postponed?.();
        postponed = null;
      },
    };
  }),
  miscallingMcm(
    "mcm-completes-with-pending",
    "OUT-08",
    "the status of a request that is still under way is passed on",
    (ndis) => ({
      NdisMCmMakeCallComplete: (_Status, ...rest) => ndis.NdisMCmMakeCallComplete(PENDING_AS_FINAL, ...rest),
    }),
  ),
  miscallingMcm("mcm-invents-party", "OUT-13", "a point-to-point call is completed with a party context", (ndis) => ({
    NdisMCmMakeCallComplete: (Status, vc, party, _context, parameters) =>
      ndis.NdisMCmMakeCallComplete(Status, vc, party, { party: 0 }, parameters),
  })),
  mishandlingMcm(
    "mcm-answers-and-completes",
    "OUT-07",
    "a call is completed as failed, and its handler returns the failure, too",
    {
      callManager: ({ CmCreateVcHandler }, ndis) => {
        let created: NdisVcHandle | null = null;
        return {
          CmCreateVcHandler: (af, vc, out) => {
            created = vc;
            return CmCreateVcHandler?.(af, vc, out) ?? NDIS_STATUS_FAILURE;
          },
          CmMakeCallHandler: (_vcContext, parameters) => {
            if (created !== null) ndis.NdisMCmMakeCallComplete(NDIS_STATUS_FAILURE, created, null, null, parameters);
            return NDIS_STATUS_FAILURE;
          },
        };
      },
    },
  ),
  mishandlingMcm("mcm-pends-create-vc", "VC-09", "ProtocolCoCreateVc pends until the NIC has answered", {
    callManager: ({ CmCreateVcHandler }) => ({
      CmCreateVcHandler: (...given) => {
        CmCreateVcHandler?.(...given);
        return PENDING_AS_FINAL;
      },
    }),
  }),
  mishandlingMcm("mcm-pends-delete-vc", "VC-21", "ProtocolCoDeleteVc pends until the NIC has answered", {
    callManager: ({ CmDeleteVcHandler }) => ({
      CmDeleteVcHandler: (context) => {
        CmDeleteVcHandler?.(context);
        return PENDING_AS_FINAL;
      },
    }),
  }),
  miscallingMcm("mcm-never-deactivates", "CLS-08", "VCs of ended calls are never deactivated", () => ({
    NdisMCmDeactivateVc: () => NDIS_STATUS_SUCCESS,
  })),
  miscallingMcm(
    "mcm-deletes-active-vc",
    "VC-17",
    "the VC of a rejected call is deleted without being deactivated, and nobody looks at the status",
    (ndis) => {
      const rejected = new Set<NdisVcHandle>();
      return {
        NdisMCmDispatchIncomingCall: (sap, vc, parameters) => {
          const status = ndis.NdisMCmDispatchIncomingCall(sap, vc, parameters);
          if (status !== NDIS_STATUS_SUCCESS && status !== NDIS_STATUS_PENDING) rejected.add(vc);
          return status;
        },
        NdisMCmDeactivateVc: (vc) => (rejected.has(vc) ? NDIS_STATUS_SUCCESS : ndis.NdisMCmDeactivateVc(vc)),
      };
    },
  ),
  miscallingMcm("mcm-uses-deleted-vc", "VC-22", "the VC handle is used once more after its deletion", (ndis) => ({
    NdisMCmDeleteVc: (vc) => {
      const status = ndis.NdisMCmDeleteVc(vc);
      ndis.NdisMCmDeactivateVc(vc);
      return status;
    },
  })),
  miscallingMcm(
    "mcm-deletes-clients-vc",
    "VC-16",
    "after a close the MCM deletes whatever VC the call had",
    (ndis) => ({
      NdisMCmDeactivateVc: (vc) => {
        const status = ndis.NdisMCmDeactivateVc(vc);
        ndis.NdisMCmDeleteVc(vc);
        return status;
      },
    }),
  ),
  miscallingMcm(
    "mcm-reuses-handle-variable",
    "VC-06",
    "the variable for a new VC handle still holds the one before",
    (ndis) => {
      let last: NdisVcHandle | null = null;
      return {
        NdisMCmCreateVc: (adapter, af, context, out) => {
          out.Value = last;
          const status = ndis.NdisMCmCreateVc(adapter, af, context, out);
          last = out.Value;
          return status;
        },
      };
    },
  ),
  miscallingMcm("mcm-offers-without-creating", "INC-02", "an offer goes out on the VC of an earlier call", (ndis) => {
    let first: NdisVcHandle | null = null;
    return {
      NdisMCmDispatchIncomingCall: (sap, vc, parameters) => {
        first ??= vc;
        return ndis.NdisMCmDispatchIncomingCall(sap, first, parameters);
      },
    };
  }),
  miscallingMcm(
    "mcm-connects-early",
    "CON-01",
    "the call is reported as connected before the client has answered",
    (ndis) => ({
      NdisMCmDispatchIncomingCall: (sap, vc, parameters) => {
        const status = ndis.NdisMCmDispatchIncomingCall(sap, vc, parameters);
        if (status === NDIS_STATUS_PENDING) ndis.NdisMCmDispatchCallConnected(vc);
        return status;
      },
    }),
  ),
  miscallingMcm("mcm-connects-twice", "CON-01", "CONNECT ACK that is repeated is reported again", (ndis) => ({
    NdisMCmDispatchCallConnected: (vc) => {
      ndis.NdisMCmDispatchCallConnected(vc);
      ndis.NdisMCmDispatchCallConnected(vc);
    },
  })),
  miscallingMcm("mcm-never-connects", "INC-15", "the client is not told that its accepted call is connected", () => ({
    NdisMCmDispatchCallConnected: () => {},
  })),
  miscallingMcm("mcm-connects-inactive", "ACT-05", "VCs of incoming calls are never activated", (ndis) => {
    const own = new Set<NdisVcHandle>();
    return {
      NdisMCmCreateVc: (adapter, af, context, out) => {
        const status = ndis.NdisMCmCreateVc(adapter, af, context, out);
        if (out.Value !== null) own.add(out.Value);
        return status;
      },
      NdisMCmActivateVc: (vc, parameters) =>
        own.has(vc) ? NDIS_STATUS_SUCCESS : ndis.NdisMCmActivateVc(vc, parameters),
    };
  }),
  miscallingMcm("mcm-closes-twice", "CLS-14", "a hang-up that the network repeats is dispatched again", (ndis) => ({
    NdisMCmDispatchIncomingCloseCall: (Status, vc, data, size) => {
      ndis.NdisMCmDispatchIncomingCloseCall(Status, vc, data, size);
      ndis.NdisMCmDispatchIncomingCloseCall(Status, vc, data, size);
    },
  })),
  miscallingMcm("mcm-forgets-close", "CLS-09", "the close of a call is never completed", () => ({
    NdisMCmCloseCallComplete: () => {},
  })),
  miscallingMcm(
    "mcm-completes-close-twice",
    "VC-22",
    "the close of a call is completed by two paths, the second one after the client has deleted the VC",
    (ndis) => ({
      NdisMCmCloseCallComplete: (...given) => {
        ndis.NdisMCmCloseCallComplete(...given);
        ndis.NdisMCmCloseCallComplete(...given);
      },
    }),
  ),
  miscallingMcm(
    "mcm-closes-af-with-error",
    "AF-30",
    "a pended close of the address family is completed with an error",
    (ndis) => ({
      NdisMCmCloseAddressFamilyComplete: (_Status, af) =>
        ndis.NdisMCmCloseAddressFamilyComplete(NDIS_STATUS_FAILURE, af),
    }),
  ),
  mishandlingMcm("mcm-refuses-deregistration", "SAP-12", "ProtocolCmDeregisterSap fails", {
    callManager: () => ({ CmDeregisterSapHandler: () => NDIS_STATUS_FAILURE }),
  }),
  mishandlingMcm("mcm-forgets-sap-registration", "SAP-05", "a pended SAP registration is never completed", {
    callManager: () => ({ CmRegisterSapHandler: () => NDIS_STATUS_PENDING }),
  }),
  mishandlingMcm("mcm-forgets-open-af", "AF-18", "a pended open of the address family is never completed", {
    callManager: () => ({ CmOpenAfHandler: () => NDIS_STATUS_PENDING }),
  }),
  mishandlingMcm("mcm-leaves-handler-empty", "REG-09", "no entry point for parties, since the MCM has no multipoint", {
    callManager: () => ({ CmAddPartyHandler: null }),
  }),
  mishandlingMcm("mcm-one-oid-routine", "REG-16", "one routine answers both kinds of OID requests", {
    callManager: () => ({ CmOidRequestHandler: oneRoutine }),
    coMiniport: () => ({ CoOidRequestHandler: oneRoutine }),
  }),
  miscallingMcm(
    "mcm-sends-like-a-client",
    "VC-24",
    "a VC is created with NdisCoCreateVc, as a call manager would",
    (ndis) => ({
      NdisMCmCreateVc: (_adapter, af, context, out) => {
        const { NdisCoCreateVc } = ndis as unknown as {
          NdisCoCreateVc: (
            binding: null,
            af: unknown,
            context: unknown,
            out: OutParameter<NdisVcHandle>,
          ) => NDIS_STATUS_FINAL;
        };
        return NdisCoCreateVc(null, af, context, out);
      },
    }),
  ),
  miscallingMcm(
    "mcm-adds-party-without-context",
    "PTY-05",
    "a party is added without a context of the MCM's own",
    (ndis) => ({
      NdisMCmAddPartyComplete: (Status, party, _context, parameters) =>
        ndis.NdisMCmAddPartyComplete(Status, party, null, parameters),
    }),
  ),
  miscallingMcm("mcm-forgets-dropped-party", "PTY-12", "the drop of a party is never completed", () => ({
    NdisMCmDropPartyComplete: () => {},
  })),
];
