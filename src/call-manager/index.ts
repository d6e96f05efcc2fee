export { DriverEntry } from "./driver.ts";
