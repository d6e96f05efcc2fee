import type { RuleId } from "./rules.ts";

/**
 * Rules that nothing in this laboratory could see broken or kept, and why. A reason holds as long as what it says of the
 * simulated machine or of the roles holds; being laborious to check is none.
 */
export const NOT_CHECKABLE: Readonly<Partial<Record<RuleId, string>>> = {
  "REG-23":
    "Is about filter drivers, a role that the core has not: nobody can register one, so that no FilterSetOptions runs and no handle of a filter driver or filter module exists. From the roles that there are NDIS takes none of their structures (REG-21, REG-22).",
  "QOS-11":
    "Happens in signalling: UNI 3.1 has no message that asks for other parameters of a call, and so none that would answer one. The reference call managers refuse changes.",
  "SND-18":
    "Binds intermediate drivers. The core has no such role: nobody here both receives lists from a protocol and forwards them to a miniport.",
  "RCV-11":
    "Is about two processors inside one driver at once. A simulated machine has one processor, and driver code runs until it returns or waits.",
  "WAN-14":
    "What a miniport's own encapsulation is, only the miniport knows: NDIS is handed bytes, and any bytes may be a PPP header and payload.",
  "WAN-23":
    "Binds call managers of voice calls. Nothing that NDIS is handed tells voice from data: the media mode is in LINE_CALL_PARAMS, bytes to it.",
  "WAN-24":
    "Binds call managers of voice calls, which nothing tells NDIS apart from others; to them alone ulAddressTypes of LINE_DEV_CAPS matters.",
  "MEM-01":
    "A context is a value of the driver's own, which NDIS keeps and never reads, and the simulated machine has no paging: no memory of it can be away.",
  "CNC-01":
    "Is about callbacks at the same instant on several processors. A simulated machine has one processor; callbacks nest, they do not overlap.",
};
