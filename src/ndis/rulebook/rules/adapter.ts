import { rule } from "../rule.ts";

/** Section 16: Bind, open, unbind, close. */
export const bindingRules = {
  "BND-01": rule(
    "MUST",
    ["protocol"],
    "call NdisOpenAdapterEx only inside ProtocolBindAdapterEx; NDIS fails it elsewhere.",
    "nf-ndis-ndisopenadapterex.md",
  ),
  "BND-02": rule(
    "MUST",
    ["ndis"],
    "NdisOpenAdapterEx: SUCCESS, PENDING (then ProtocolOpenAdapterCompleteEx), RESOURCES, ADAPTER_NOT_FOUND, UNSUPPORTED_MEDIA, FAILURE.",
    "nf-ndis-ndisopenadapterex.md",
  ),
  "BND-03": rule(
    "MUST NOT",
    ["protocol"],
    "use the binding handle before the open completed.",
    "nf-ndis-ndisopenadapterex.md",
  ),
  "BND-04": rule(
    "MUST",
    ["protocol"],
    "complete a pended bind with NdisCompleteBindAdapterEx.",
    "nf-ndis-ndiscompletebindadapterex.md",
  ),
  "BND-05": rule(
    "MUST",
    ["ndis"],
    "a fresh binding is Paused: OIDs allowed, sends not until restart.",
    "nc-ndis-protocol_bind_adapter_ex.md",
  ),
  "BND-06": rule(
    "MUST",
    ["ndis"],
    "pause the binding (NetEventPause) before ProtocolUnbindAdapterEx.",
    "nc-ndis-protocol_unbind_adapter_ex.md",
  ),
  "BND-07": rule(
    "MUST",
    ["protocol"],
    "close with NdisCloseAdapterEx in unbind; it cannot fail unbind; handle is invalid from that call on.",
    "nc-ndis-protocol_unbind_adapter_ex.md",
  ),
  "BND-08": rule(
    "MUST",
    ["client"],
    "in unbind, close calls, deregister SAPs and close the AF before NdisCloseAdapterEx.",
    "nf-ndis-ndisclcloseaddressfamily.md",
  ),
  "BND-09": rule(
    "MUST",
    ["protocol"],
    "wait for its sends and OIDs to finish before closing.",
    "nf-ndis-ndiscloseadapterex.md",
  ),
  "BND-10": rule(
    "MUST NOT",
    ["protocol"],
    "free the binding context until the close completed (ProtocolCloseAdapterCompleteEx).",
    "nc-ndis-protocol_unbind_adapter_ex.md",
  ),
  "BND-11": rule(
    "MUST",
    ["protocol"],
    "complete a pended unbind with NdisCompleteUnbindAdapterEx; the context handle is then invalid.",
    "nf-ndis-ndiscompleteunbindadapterex.md",
  ),
  "BND-12": rule(
    "MUST",
    ["protocol outside bind/unbind"],
    "use NdisUnbindAdapter to ask for an unbind; assume the handle dead on return.",
    "unbinding-from-an-adapter.md",
  ),
  "BND-13": rule(
    "MUST",
    ["protocol"],
    "always succeed NetEventPause, Restart, Reconfigure, BindList, BindsComplete, CancelRemoveDevice, PnPCapabilities, PortDeactivation; may fail QueryRemoveDevice and PortActivation; must not return NOT_SUPPORTED in NDIS 6.",
    "nc-ndis-protocol_net_pnp_event.md",
  ),
  "BND-14": rule(
    "MUST",
    ["protocol"],
    "complete a pended event with NdisCompleteNetPnPEvent using the saved notification pointer.",
    "nf-ndis-ndiscompletenetpnpevent.md",
  ),
  "BND-15": rule(
    "MUST",
    ["ndis"],
    "after a reconfiguration the AF is registered again and the client's ProtocolCoAfRegisterNotify runs again.",
    "nf-ndis-ndisclcloseaddressfamily.md",
  ),
};

/** Section 17: Initialise, pause, restart, halt, reset. */
export const lifeRules = {
  "LIF-01": rule(
    "MUST",
    ["ndis"],
    "send no requests until MiniportInitializeEx returns; on success the adapter is Paused, on failure Halted.",
    "nc-ndis-miniport_initialize.md",
  ),
  "LIF-02": rule(
    "MUST",
    ["miniport"],
    "set registration attributes first, then general attributes, both before success; registration attributes before claiming any hardware resource.",
    "nf-ndis-ndismsetminiportattributes.md",
  ),
  "LIF-03": rule(
    "MUST",
    ["miniport"],
    "on failed initialise release everything it took.",
    "nc-ndis-miniport_initialize.md",
  ),
  "LIF-04": rule(
    "MUST",
    ["ndis"],
    "NdisMSetMiniportAttributes SUCCESS or BAD_VERSION (unknown revision).",
    "nf-ndis-ndismsetminiportattributes.md",
  ),
  "LIF-05": rule("MUST", ["miniport"], "MiniportPause returns only SUCCESS or PENDING.", "nc-ndis-miniport_pause.md"),
  "LIF-06": rule(
    "MUST",
    ["miniport"],
    "finish pausing only when all sends are completed and all receives returned; then NdisMPauseComplete if it pended.",
    "nf-ndis-ndismpausecomplete.md",
  ),
  "LIF-07": rule(
    "MUST",
    ["ndis"],
    "start no other PnP operation while Pausing or Restarting.",
    "nc-ndis-miniport_pause.md; nc-ndis-miniport_restart.md",
  ),
  "LIF-08": rule(
    "MUST",
    ["miniport"],
    "keep answering OIDs and may indicate status in Pausing and Paused; must not free initialisation resources.",
    "nc-ndis-miniport_pause.md",
  ),
  "LIF-09": rule(
    "MUST",
    ["miniport"],
    "MiniportRestart: SUCCESS, PENDING (then NdisMRestartComplete), RESOURCES or FAILURE; failure leaves the adapter Paused.",
    "nc-ndis-miniport_restart.md",
  ),
  "LIF-10": rule(
    "MAY",
    ["miniport"],
    "indicate receives from the moment MiniportRestart is called.",
    "nc-ndis-miniport_restart.md",
  ),
  "LIF-11": rule(
    "MUST NOT",
    ["ndis"],
    "call MiniportHaltEx while OIDs or sends are outstanding.",
    "nc-ndis-miniport_halt.md",
  ),
  "LIF-12": rule(
    "MUST",
    ["miniport"],
    "release all resources in MiniportHaltEx, reciprocal calls in reverse order; void, PASSIVE_LEVEL.",
    "nc-ndis-miniport_halt.md",
  ),
  "LIF-13": rule(
    "MUST",
    ["mcm"],
    "halting includes AF-32; all clients' AFs must be closed before the MCM frees AF state.",
    "closing-a-condis-call-manager-or-mcm.md",
  ),
  "LIF-14": rule(
    "MUST",
    ["ndis"],
    "no callback after MiniportHaltEx or MiniportShutdownEx.",
    "nc-ndis-miniport_halt.md; nc-ndis-miniport_shutdown.md",
  ),
  "LIF-15": rule(
    "MUST NOT",
    ["miniport"],
    "in a bug-check shutdown free resources or call NDIS functions not legal at any IRQL.",
    "nc-ndis-miniport_shutdown.md",
  ),
  "LIF-16": rule(
    "MUST",
    ["miniport"],
    "MiniportResetEx: SUCCESS, PENDING, RESET_IN_PROGRESS, SOFT_ERRORS, HARD_ERRORS.",
    "nc-ndis-miniport_reset.md",
  ),
  "LIF-17": rule(
    "MUST",
    ["miniport, NDIS 6.30+"],
    "complete pending OIDs and sends before the reset finishes.",
    "nc-ndis-miniport_reset.md",
  ),
  "LIF-18": rule(
    "MUST NOT",
    ["miniport"],
    "stall more than 50 microseconds in reset; use a timer and pend.",
    "nc-ndis-miniport_reset.md",
  ),
  "LIF-19": rule(
    "MUST",
    ["ndis"],
    "reset does not change the adapter state; pause and reset may overlap and finish in either order.",
    "miniport-adapter-states-and-operations.md",
  ),
  "LIF-20": rule(
    "MUST",
    ["ndis"],
    "call MiniportCheckForHangEx about every 2 s unless CheckForHangTimeInSeconds says otherwise; TRUE triggers reset; an OID unfinished over two checks may also.",
    "miniport-adapter-check-for-hang-and-reset-operations.md",
  ),
  "LIF-21": rule(
    "MUST",
    ["ndis"],
    "NDIS 6.30+: no bug-check shutdown callback unless NDIS_MINIPORT_ATTRIBUTES_REGISTER_BUGCHECK_CALLBACK was set.",
    "nc-ndis-miniport_shutdown.md",
  ),
};
