export { NETWORK_ROLE } from "./network-role.ts";
export type { SwitchCallControlOptions, SwitchCallCounters } from "./switch-call-control.ts";
export { SwitchCallControl } from "./switch-call-control.ts";
