export * from "./atm-switch.ts";
export * from "./call-control-port.ts";
export type { ConnectionTable } from "./connection-table.ts";
export * from "./routing-table.ts";
export { SIGNALLING_MAX_SDU_OCTETS, SIGNALLING_VCI, SIGNALLING_VPI } from "./signalling-channel.ts";
export type { SwitchPort, SwitchPortCounters } from "./switch-port.ts";
export * from "./vc-label-allocator.ts";
