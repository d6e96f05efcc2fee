import { buffersDdis } from "./catalog/buffers.ts";
import { callManagerDdis } from "./catalog/call-manager.ts";
import { clientDdis } from "./catalog/client.ts";
import { configDdis, miscDdis } from "./catalog/configuration.ts";
import { coCommonDdis, coMiniportDdis, registrationDdis } from "./catalog/connection.ts";
import { dmaHardwareDdis, interruptDdis } from "./catalog/device.ts";
import type { DdiFacts } from "./catalog/entry.ts";
import { mcmDdis } from "./catalog/mcm.ts";
import { baseMiniportDdis } from "./catalog/miniport.ts";
import { baseProtocolDdis, oidDdis } from "./catalog/protocol.ts";
import { memoryDdis, syncDdis, timerWorkitemDdis } from "./catalog/system.ts";

export type { DdiFacts, DdiParameter, DdiRole, IrqlRange } from "./catalog/entry.ts";

/** The rows by group, as the public driver documentation divides the functions and callbacks. */
const rowsByGroup = {
  client: clientDdis,
  "call-manager": callManagerDdis,
  mcm: mcmDdis,
  "co-common": coCommonDdis,
  "co-miniport": coMiniportDdis,
  registration: registrationDdis,
  "base-miniport": baseMiniportDdis,
  "base-protocol": baseProtocolDdis,
  oid: oidDdis,
  buffers: buffersDdis,
  interrupt: interruptDdis,
  "dma-hardware": dmaHardwareDdis,
  memory: memoryDdis,
  sync: syncDdis,
  "timer-workitem": timerWorkitemDdis,
  config: configDdis,
  misc: miscDdis,
} as const satisfies Record<string, Record<string, DdiFacts>>;

type RowsByGroup = typeof rowsByGroup;
export type DdiGroup = keyof RowsByGroup;

/** The name of every function and callback in the catalog. */
export type DdiName = { [Group in DdiGroup]: keyof RowsByGroup[Group] }[DdiGroup];

export interface Ddi extends DdiFacts {
  readonly name: string;
  readonly group: string;
}

const byName: ReadonlyMap<string, Ddi> = new Map(
  Object.entries(rowsByGroup).flatMap(([group, rows]) =>
    Object.entries<DdiFacts>(rows).map(([name, facts]): [string, Ddi] => [name, { name, group, ...facts }]),
  ),
);

/** Every function and callback, group by group. */
export const DDI_CATALOG: readonly Ddi[] = [...byName.values()];

/**
 * The row of a function or callback. A name that is not in the catalog does not compile; see {@link findDdi} for
 * strings.
 */
export function ddi(name: DdiName): Ddi {
  const row = byName.get(name);
  if (row === undefined) throw new Error(`${name} is missing from the catalog although its type has it`);
  return row;
}

/** The row of any name, or null. */
export function findDdi(name: string): Ddi | null {
  return byName.get(name) ?? null;
}
