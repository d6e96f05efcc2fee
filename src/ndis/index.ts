export type { Blocking, WaitRequest } from "../machine/thread.ts";
export type { AdapterConfiguration, MiniportAdapter } from "./adapter/adapter.ts";
export type { RemovalOptions } from "./adapter/devices.ts";
export * from "./ddi/index.ts";
export type { DriverImage } from "./driver/driver-image.ts";
export { LiveCounts } from "./environment.ts";
export type { NdisRegisterAccessFunctions } from "./hardware/register-space.ts";
export type { MemoryAccess } from "./library/roles.ts";
export type {
  CallManagerLibrary,
  ClientLibrary,
  CoMiniportLibrary,
  MiniportCallManagerLibrary,
  ProxyLibrary,
} from "./library/types.ts";
export { Ndis, type NdisOptions } from "./ndis.ts";
export * from "./rulebook/index.ts";
export type { RuleLevel, VerifierSettings, Violation } from "./verifier/verifier.ts";
