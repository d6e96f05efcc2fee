import type { RuleId } from "./rules.ts";

/**
 * Rules that nothing in this laboratory could see broken or kept, and why. A reason holds as long as what it says of the
 * simulated machine or of the roles holds; being laborious to check is none.
 */
export const NOT_CHECKABLE: Readonly<Partial<Record<RuleId, string>>> = {
  "SND-18":
    "Binds intermediate drivers. The core has no such role: nobody here both receives lists from a protocol and forwards them to a miniport.",
  "RCV-11":
    "Is about two processors inside one driver at once. A simulated machine has one processor, and driver code runs until it returns or waits.",
  "MEM-01":
    "A context is a value of the driver's own, which NDIS keeps and never reads, and the simulated machine has no paging: no memory of it can be away.",
  "CNC-01":
    "Is about callbacks at the same instant on several processors. A simulated machine has one processor; callbacks nest, they do not overlap.",
};
