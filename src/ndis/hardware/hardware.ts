import type { NdisMHardwareFunctions } from "../ddi/functions/device.ts";
import type { NdisEnvironment } from "../environment.ts";
import { DriverHoldings } from "../executive/holdings.ts";
import { dmaFunctions } from "./dma.ts";
import { DmaChannels } from "./dma-channel.ts";
import type { NdisRegisterAccessFunctions } from "./register-space.ts";
import { registerSpaceFunctions } from "./register-space.ts";
import { sharedMemoryFunctions } from "./shared-memory.ts";

/**
 * DMA, shared memory and register space of one miniport driver.
 * @param owner the driver.
 * @param holdings what the driver holds; its other functions share it.
 */
export function hardwareFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings = new DriverHoldings(),
): NdisMHardwareFunctions & NdisRegisterAccessFunctions {
  const channels = new DmaChannels();
  return {
    ...dmaFunctions(environment, owner, holdings, channels),
    ...sharedMemoryFunctions(environment, owner, holdings, channels),
    ...registerSpaceFunctions(environment, owner, holdings),
  } satisfies NdisMHardwareFunctions & NdisRegisterAccessFunctions;
}
