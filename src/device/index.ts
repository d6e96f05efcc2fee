export * from "./datasheet/index.ts";
export { AtmNic } from "./nic.ts";
export { VcTable } from "./vc-table.ts";
