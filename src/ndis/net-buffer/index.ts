export { NetBufferCounts } from "./environment.ts";
export { netBufferFunctions, outstandingOfPool } from "./functions.ts";
