export * from "./datasheet/index.ts";
export { AtmNic, NIC_MEMORY_BYTES } from "./nic.ts";
export { VcTable } from "./vc-table.ts";
