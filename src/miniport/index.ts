export type { McmAdapter } from "./adapter.ts";
export type { McmConfiguration } from "./configuration.ts";
export { DriverEntry } from "./driver.ts";
