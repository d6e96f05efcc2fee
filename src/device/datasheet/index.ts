export * from "./layouts.ts";
export * from "./registers.ts";
