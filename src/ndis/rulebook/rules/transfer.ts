import { inferredRule, rule } from "../rule.ts";

/** Section 12: Send. */
export const sendRules = {
  "SND-01": rule(
    "MUST",
    ["client", "cm"],
    "set SourceHandle of each NET_BUFFER_LIST to the VC handle passed to NdisCoSendNetBufferLists.",
    "nf-ndis-ndiscosendnetbufferlists.md",
  ),
  "SND-02": rule(
    "MUST",
    ["client", "cm"],
    "allocate NBLs from NDIS pools (plain, with NET_BUFFER, or clone).",
    "nf-ndis-ndiscosendnetbufferlists.md",
  ),
  "SND-03": rule(
    "MUST NOT",
    ["client", "cm"],
    "look at NBLs or data between the send and its completion.",
    "nf-ndis-ndiscosendnetbufferlists.md",
  ),
  "SND-04": rule(
    "MUST",
    ["ndis"],
    "pass lists to MiniportCoSendNetBufferLists in the order given (FIFO), with MiniportVcContext. For an MCM this is the same miniport handler.",
    "nc-ndis-protocol_co_send_net_buffer_lists_complete.md; differences-in-virtual-connections.md",
  ),
  "SND-05": rule(
    "MUST",
    ["miniport"],
    "accept every send request; queue what cannot be sent at once; transmit in arrival order.",
    "nc-ndis-miniport_co_send_net_buffer_lists.md",
  ),
  "SND-06": rule(
    "MUST",
    ["miniport"],
    "complete every NBL through NdisMCoSendNetBufferListsComplete with a per-NBL Status; completion is always asynchronous in form.",
    "sending-net-buffer-structures-from-condis-drivers.md",
  ),
  "SND-07": rule(
    "MAY",
    ["miniport"],
    "complete in any order, merging or splitting lists.",
    "nf-ndis-ndismcosendnetbufferlistscomplete.md",
  ),
  "SND-08": rule(
    "MUST NOT",
    ["miniport"],
    "alter the NET_BUFFER chain inside an NBL.",
    "nf-ndis-ndismcosendnetbufferlistscomplete.md",
  ),
  "SND-09": rule(
    "MUST NOT",
    ["miniport"],
    "touch an NBL after completing it.",
    "nc-ndis-miniport_co_send_net_buffer_lists.md",
  ),
  "SND-10": rule(
    "MUST",
    ["ndis"],
    "use SourceHandle to return NBLs to the right sender via ProtocolCoSendNetBufferListsComplete with its VC context; it may batch several sends.",
    "nf-ndis-ndiscosendnetbufferlists.md",
  ),
  "SND-11": rule(
    "MUST NOT",
    ["ndis"],
    "loop data back to the sender unless NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK is set.",
    "nf-ndis-ndiscosendnetbufferlists.md",
  ),
  "SND-12": rule(
    "MUST",
    ["miniport"],
    "pad short packets with zeros when the medium has a minimum size.",
    "nc-ndis-miniport_co_send_net_buffer_lists.md",
  ),
  "SND-13": rule(
    "MAY",
    ["any"],
    'treat completion as "buffers free", not as "on the wire".',
    "nf-ndis-ndismcosendnetbufferlistscomplete.md",
  ),
  "SND-14": inferredRule(
    "MUST",
    ["ndis"],
    "the client may send only while its call is connected: after a successful make-call completion or after call-connected, and not after close.",
    "making-a-call.md; nc-ndis-protocol_cl_call_connected.md",
  ),
  "SND-15": rule(
    "MAY",
    ["client"],
    "mark NBLs with a cancel id and call NdisCancelSendNetBufferLists; cancelled ones come back with SEND_ABORTED, without guarantee.",
    "nf-ndis-ndiscancelsendnetbufferlists.md",
  ),
  "SND-16": rule(
    "MUST",
    ["miniport"],
    "in Pausing or Paused complete new sends at once with PAUSED; after surprise removal with NOT_ACCEPTED.",
    "nc-ndis-miniport_pause.md; nc-ndis-miniport_device_pnp_event_notify.md",
  ),
  "SND-17": rule(
    "MUST",
    ["mcm"],
    "send signalling traffic itself; never NdisCoSendNetBufferLists.",
    "making-a-call.md",
  ),
  "SND-18": rule(
    "MUST",
    ["intermediate driver"],
    "save and later restore the SourceHandle when forwarding.",
    "sending-net-buffer-structures-from-condis-drivers.md",
  ),
};

/** Section 13: Receive and return. */
export const receiveRules = {
  "RCV-01": rule(
    "MUST",
    ["miniport"],
    "set SourceHandle of each indicated NBL to the VC handle given to NdisMCoIndicateReceiveNetBufferLists.",
    "nf-ndis-ndismcoindicatereceivenetbufferlists.md",
  ),
  "RCV-02": rule(
    "MUST",
    ["ndis"],
    "deliver to ProtocolCoReceiveNetBufferLists of the protocol that owns the VC on that binding, with binding context, VC context, list, count, flags.",
    "receiving-net-buffer-structures-in-condis-drivers.md",
  ),
  "RCV-03": inferredRule(
    "MUST",
    ["miniport"],
    "NumberOfNetBufferLists equals the list length.",
    "nf-ndis-ndismcoindicatereceivenetbufferlists.md",
  ),
  "RCV-04": rule(
    "MUST",
    ["client", "cm"],
    "without the RESOURCES flag, return every NBL with NdisReturnNetBufferLists.",
    "nc-ndis-protocol_co_receive_net_buffer_lists.md",
  ),
  "RCV-05": rule(
    "MUST NOT",
    ["client", "cm"],
    "keep or return NBLs received with RESOURCES; copy during the call.",
    "nc-ndis-protocol_co_receive_net_buffer_lists.md",
  ),
  "RCV-06": rule(
    "MUST NOT",
    ["miniport"],
    "reclaim NBLs indicated without RESOURCES until MiniportReturnNetBufferLists gets them.",
    "nf-ndis-ndismcoindicatereceivenetbufferlists.md",
  ),
  "RCV-07": rule(
    "MUST NOT",
    ["ndis"],
    "call MiniportReturnNetBufferLists for NBLs indicated with RESOURCES; ownership is back when the indicate call returns.",
    "nf-ndis-ndismcoindicatereceivenetbufferlists.md",
  ),
  "RCV-08": rule(
    "MAY",
    ["ndis"],
    "return NBLs in any order and mixed from different indications.",
    "receiving-net-buffer-structures-in-condis-drivers.md",
  ),
  "RCV-09": rule(
    "MAY",
    ["ndis"],
    "change the RESOURCES status on the way up (for example by indicating its own copies).",
    "receiving-net-buffer-structures-in-condis-drivers.md",
  ),
  "RCV-10": rule(
    "MUST NOT",
    ["miniport"],
    "indicate receives on an inactive VC, or while the adapter is Paused.",
    "deactivating-a-vc.md; nc-ndis-miniport_pause.md",
  ),
  "RCV-11": rule(
    "MUST",
    ["client"],
    "protect shared state: receive may run on several processors at once.",
    "nc-ndis-protocol_co_receive_net_buffer_lists.md",
  ),
  "RCV-12": rule(
    "SHOULD",
    ["miniport"],
    "keep enough preallocated NBLs to avoid RESOURCES.",
    "nf-ndis-ndismcoindicatereceivenetbufferlists.md",
  ),
  "RCV-13": inferredRule(
    "MUST",
    ["ndis"],
    "never route a list indicated on one VC to a protocol that does not share the VC.",
    "receiving-net-buffer-structures-in-condis-drivers.md",
  ),
};
