export * from "./link.ts";
export * from "./link-middleware/index.ts";
export * from "./link-rate.ts";
export * from "./signalling/index.ts";
export * from "./switch/index.ts";
