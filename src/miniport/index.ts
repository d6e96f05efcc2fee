export { CoMiniportDriverEntry } from "./co-miniport-driver.ts";
export type { McmConfiguration } from "./configuration.ts";
export { DriverEntry } from "./driver.ts";
