export * from "./fault.ts";
export * from "./tap.ts";
