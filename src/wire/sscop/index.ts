export * from "./connection.ts";
export * from "./constants.ts";
export * from "./host.ts";
export * from "./pdu.ts";
