import type { BusSlot } from "../../machine/bus.ts";
import { CM_RESOURCE_TYPE } from "../ddi/constants/enumerations.ts";
import type { NDIS_RESOURCE_LIST } from "../ddi/structures/system.ts";
import { CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE, CM_RESOURCE_INTERRUPT_MESSAGE } from "../ddi/structures/system.ts";

/** What the bus has given to the device in a slot: its registers, its interrupt line, and its messages if it has any. */
export function resourcesOf(slot: BusSlot): NDIS_RESOURCE_LIST {
  const { device } = slot;
  const interrupt = (message: boolean, count: number): NDIS_RESOURCE_LIST["PartialDescriptors"][number] => ({
    Type: CM_RESOURCE_TYPE.CmResourceTypeInterrupt,
    ShareDisposition: 0,
    Flags: message ? CM_RESOURCE_INTERRUPT_MESSAGE : CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE,
    u: { Level: slot.number, Vector: slot.number, Affinity: 1, MessageCount: count },
  });
  const descriptors: NDIS_RESOURCE_LIST["PartialDescriptors"] = [
    {
      Type: CM_RESOURCE_TYPE.CmResourceTypeMemory,
      ShareDisposition: 0,
      Flags: 0,
      u: { Start: slot.registerBase, Length: device?.identity.registerBytes ?? 0 },
    },
    interrupt(false, 1),
  ];
  const messages = device?.identity.messageCount ?? 0;
  if (messages > 0) descriptors.push(interrupt(true, messages));
  return { Version: 1, Revision: 1, Count: descriptors.length, PartialDescriptors: descriptors };
}
