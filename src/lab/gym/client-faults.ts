import type {
  ClientLibrary,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisAfHandle,
  NdisSapHandle,
  NdisVcHandle,
} from "../../ndis/index.ts";
import {
  NDIS_RECEIVE_FLAGS_RESOURCES,
  NDIS_SPIN_LOCK,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
} from "../../ndis/index.ts";
import { callingClient } from "./calling-client.ts";
import type { FaultyDriver, Miscalls, Mishandlers } from "./faulty-driver.ts";
import { miscalling, mishandling } from "./faulty-driver.ts";

/** Mistakes of clients, made in a client that calls, is called, sends and receives. */

const NAME = "faulty-client";
/** A status that the types rightly refuse, as a C driver could pass it. */
const PENDING_AS_FINAL = NDIS_STATUS_PENDING as NDIS_STATUS as NDIS_STATUS_FINAL;

function miscallingClient(id: string, rule: string, mistake: string, miscalls: Miscalls<ClientLibrary>): FaultyDriver {
  const load = () => miscalling(callingClient(NAME), miscalls);
  return { id, rule, mistake, subject: { role: "client", name: NAME, load } };
}

function mishandlingClient(
  id: string,
  rule: string,
  mistake: string,
  handlers: Mishandlers<ClientLibrary>,
): FaultyDriver {
  const load = () => mishandling(callingClient(NAME), handlers);
  return { id, rule, mistake, subject: { role: "client", name: NAME, load } };
}

export const CLIENT_FAULTS: readonly FaultyDriver[] = [
  miscallingClient(
    "client-deletes-active-vc",
    "VC-17",
    "a VC is deleted instead of its call closed, and nobody looks at the status",
    (ndis) => {
      const own = new Set<NdisVcHandle | null>();
      return {
        NdisCoCreateVc: (binding, af, context, out) => {
          const status = ndis.NdisCoCreateVc(binding, af, context, out);
          own.add(out.Value);
          return status;
        },
        NdisClCloseCall: (vc, party, data, size) => {
          if (!own.has(vc)) return ndis.NdisClCloseCall(vc, party, data, size);
          ndis.NdisCoDeleteVc(vc);
          return NDIS_STATUS_PENDING;
        },
      };
    },
  ),
  miscallingClient("client-keeps-received-lists", "RCV-04", "received lists are never returned", () => ({
    NdisReturnNetBufferLists: () => {},
  })),
  miscallingClient("client-returns-twice", "RCV-04", "received lists are returned by two paths", (ndis) => ({
    NdisReturnNetBufferLists: (binding, lists, flags) => {
      ndis.NdisReturnNetBufferLists(binding, lists, flags);
      ndis.NdisReturnNetBufferLists(binding, lists, flags);
    },
  })),
  mishandlingClient("client-returns-borrowed-lists", "RCV-05", "lists that came with RESOURCES are returned, too", {
    coProtocol: ({ CoReceiveNetBufferListsHandler }) => ({
      CoReceiveNetBufferListsHandler: (binding, vc, lists, count, flags) =>
        CoReceiveNetBufferListsHandler?.(binding, vc, lists, count, flags & ~NDIS_RECEIVE_FLAGS_RESOURCES),
    }),
  }),
  miscallingClient("client-forgets-source-handle", "SND-01", "lists are sent without SourceHandle", (ndis) => ({
    NdisCoSendNetBufferLists: (vc, lists, flags) => {
      lists.SourceHandle = null;
      ndis.NdisCoSendNetBufferLists(vc, lists, flags);
    },
  })),
  miscallingClient("client-sends-twice", "SND-03", "a list is sent again before it has come back", (ndis) => ({
    NdisCoSendNetBufferLists: (vc, lists, flags) => {
      ndis.NdisCoSendNetBufferLists(vc, lists, flags);
      ndis.NdisCoSendNetBufferLists(vc, lists, flags);
    },
  })),
  miscallingClient(
    "client-sends-after-close",
    "CLS-02",
    "a farewell frame is sent after the call was closed",
    (ndis) => {
      let last: Parameters<typeof ndis.NdisCoSendNetBufferLists> | null = null;
      return {
        NdisCoSendNetBufferLists: (vc, lists, flags) => {
          last = [vc, lists, flags];
          ndis.NdisCoSendNetBufferLists(vc, lists, flags);
        },
        NdisClCloseCall: (vc, party, data, size) => {
          const status = ndis.NdisClCloseCall(vc, party, data, size);
          if (last !== null && last[0] === vc) {
            last[1].SourceHandle = vc;
            ndis.NdisCoSendNetBufferLists(...last);
          }
          return status;
        },
      };
    },
  ),
  miscallingClient(
    "client-closes-with-sends-out",
    "CLS-01",
    "the call is closed right behind the last send",
    (ndis) => ({
      NdisCoSendNetBufferLists: (vc, lists, flags) => {
        ndis.NdisCoSendNetBufferLists(vc, lists, flags);
        ndis.NdisClCloseCall(vc, null, null, 0);
      },
    }),
  ),
  miscallingClient("client-closes-twice", "CLS-02", "a call that is being closed is closed again", (ndis) => ({
    NdisClCloseCall: (vc, party, data, size) => {
      const status = ndis.NdisClCloseCall(vc, party, data, size);
      ndis.NdisClCloseCall(vc, party, data, size);
      return status;
    },
  })),
  miscallingClient("client-ignores-hang-up", "CLS-16", "calls that the peer has ended are never closed", (ndis) => {
    const ended = new Set<NdisVcHandle>();
    return {
      NdisClCloseCall: (vc, party, data, size) => {
        if (party === null && data === null && !ended.has(vc)) {
          ended.add(vc);
          return NDIS_STATUS_PENDING;
        }
        return ndis.NdisClCloseCall(vc, party, data, size);
      },
    };
  }),
  miscallingClient("client-forgets-failed-vc", "OUT-18", "the VC of a call that failed is not deleted", (ndis) => {
    const closed = new Set<NdisVcHandle>();
    return {
      NdisClCloseCall: (vc, party, data, size) => {
        closed.add(vc);
        return ndis.NdisClCloseCall(vc, party, data, size);
      },
      NdisCoDeleteVc: (vc) => (closed.has(vc) ? ndis.NdisCoDeleteVc(vc) : NDIS_STATUS_SUCCESS),
    };
  }),
  miscallingClient(
    "client-forgets-vcs",
    "CLS-11",
    "VCs of calls that are over are neither deleted nor used again",
    () => ({
      NdisCoDeleteVc: () => NDIS_STATUS_SUCCESS,
    }),
  ),
  miscallingClient(
    "client-uses-deleted-vc",
    "VC-22",
    "a timer closes the call once more after its VC is gone",
    (ndis) => ({
      NdisCoDeleteVc: (vc) => {
        const status = ndis.NdisCoDeleteVc(vc);
        ndis.NdisClCloseCall(vc, null, null, 0);
        return status;
      },
    }),
  ),
  miscallingClient(
    "client-calls-twice",
    "OUT-01",
    "NdisClMakeCall is repeated while the call is being set up",
    (ndis) => ({
      NdisClMakeCall: (vc, parameters, context, out) => {
        const status = ndis.NdisClMakeCall(vc, parameters, context, out);
        ndis.NdisClMakeCall(vc, parameters, context, out);
        return status;
      },
    }),
  ),
  mishandlingClient("client-pends-create-vc", "VC-09", "ProtocolCoCreateVc pends", {
    client: ({ ClCreateVcHandler }) => ({
      ClCreateVcHandler: (...given) => {
        ClCreateVcHandler?.(...given);
        return PENDING_AS_FINAL;
      },
    }),
  }),
  mishandlingClient("client-pends-delete-vc", "VC-21", "ProtocolCoDeleteVc pends", {
    client: ({ ClDeleteVcHandler }) => ({
      ClDeleteVcHandler: (context) => {
        ClDeleteVcHandler?.(context);
        return PENDING_AS_FINAL;
      },
    }),
  }),
  mishandlingClient(
    "client-deletes-incoming-vc",
    "VC-16",
    "the client deletes the VC of an incoming call when it is connected",
    {
      client: ({ ClCreateVcHandler, ClCallConnectedHandler }, ndis) => {
        let incoming: NdisVcHandle | null = null;
        return {
          ClCreateVcHandler: (af, vc, out) => {
            incoming = vc;
            return ClCreateVcHandler?.(af, vc, out) ?? NDIS_STATUS_FAILURE;
          },
          ClCallConnectedHandler: (context) => {
            ClCallConnectedHandler?.(context);
            if (incoming !== null) ndis.NdisCoDeleteVc(incoming);
          },
        };
      },
    },
  ),
  mishandlingClient(
    "client-answers-twice",
    "INC-05",
    "an offer is accepted by its handler and by NdisClIncomingCallComplete",
    {
      client: ({ ClCreateVcHandler, ClIncomingCallHandler }, ndis) => {
        let incoming: NdisVcHandle | null = null;
        return {
          ClCreateVcHandler: (af, vc, out) => {
            incoming = vc;
            return ClCreateVcHandler?.(af, vc, out) ?? NDIS_STATUS_FAILURE;
          },
          ClIncomingCallHandler: (sap, context, parameters) => {
            const status = ClIncomingCallHandler?.(sap, context, parameters) ?? NDIS_STATUS_FAILURE;
            if (incoming !== null) ndis.NdisClIncomingCallComplete(NDIS_STATUS_SUCCESS, incoming, parameters);
            return status;
          },
        };
      },
    },
  ),
  mishandlingClient("client-never-answers", "INC-05", "an offer is pended and forgotten", {
    client: () => ({ ClIncomingCallHandler: () => NDIS_STATUS_PENDING }),
  }),
  miscallingClient(
    "client-uses-closed-af",
    "AF-27",
    "a VC is created on an address family that was closed",
    (ndis) => ({
      NdisClCloseAddressFamily: (af: NdisAfHandle) => {
        const status = ndis.NdisClCloseAddressFamily(af);
        ndis.NdisClCloseAddressFamily(af);
        return status;
      },
    }),
  ),
  miscallingClient(
    "client-deregisters-sap-twice",
    "SAP-11",
    "a SAP handle is used after its deregistration",
    (ndis) => ({
      NdisClDeregisterSap: (sap: NdisSapHandle) => {
        const status = ndis.NdisClDeregisterSap(sap);
        ndis.NdisClDeregisterSap(sap);
        return status;
      },
    }),
  ),
  miscallingClient("client-leaves-af-open", "BND-08", "the adapter is closed with the address family open", () => ({
    NdisClCloseAddressFamily: () => NDIS_STATUS_SUCCESS,
  })),
  miscallingClient(
    "client-leaves-adapter-open",
    "BND-07",
    "the adapter is not closed in ProtocolUnbindAdapterEx",
    () => ({
      NdisCloseAdapterEx: () => NDIS_STATUS_SUCCESS,
    }),
  ),
  mishandlingClient(
    "client-refuses-pnp-events",
    "BND-13",
    "events that the client does not know are answered NOT_SUPPORTED",
    {
      protocol: () => ({ NetPnPEventHandler: () => NDIS_STATUS_NOT_SUPPORTED }),
    },
  ),
  mishandlingClient(
    "client-leaves-handler-empty",
    "REG-10",
    "no entry point for incoming calls, since the client takes none",
    {
      client: () => ({ ClIncomingCallHandler: null }),
    },
  ),
  miscallingClient(
    "client-opens-af-at-dispatch",
    "IRQ-03",
    "the address family is opened under a spin lock",
    (ndis) => ({
      NdisClOpenAddressFamilyEx: (binding, family, context, out) => {
        const lock = NDIS_SPIN_LOCK();
        ndis.NdisAllocateSpinLock(lock);
        ndis.NdisAcquireSpinLock(lock);
        const status = ndis.NdisClOpenAddressFamilyEx(binding, family, context, out);
        ndis.NdisReleaseSpinLock(lock);
        ndis.NdisFreeSpinLock(lock);
        return status;
      },
    }),
  ),
  miscallingClient("client-leaks-pool", "MEM-02", "the pool of NET_BUFFER_LISTs is not freed", () => ({
    NdisFreeNetBufferListPool: () => {},
  })),
];
