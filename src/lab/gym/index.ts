import { CALL_MANAGER_FAULTS } from "./call-manager-faults.ts";
import { CLIENT_FAULTS } from "./client-faults.ts";
import type { FaultyDriver } from "./faulty-driver.ts";
import { MINIPORT_FAULTS } from "./miniport-faults.ts";
import { STAND_ALONE_FAULTS } from "./stand-alone-faults.ts";

export { callingClient } from "./calling-client.ts";
export type { FaultyDriver } from "./faulty-driver.ts";

/** Every driver of the gym. */
export const GYM: readonly FaultyDriver[] = [
  ...CALL_MANAGER_FAULTS,
  ...MINIPORT_FAULTS,
  ...STAND_ALONE_FAULTS,
  ...CLIENT_FAULTS,
];
