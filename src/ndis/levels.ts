import { DISPATCH_LEVEL, HIGH_LEVEL } from "../machine/processor.ts";
import { CALLED_WITHOUT_LOCKS, irqlRule, isWarnedBelowDispatch, LEVEL_FLAGS } from "./ddi/catalog/irql-rules.ts";
import type { Ddi, DdiName } from "./ddi/catalog.ts";
import { NDIS_SHUTDOWN_ACTION } from "./ddi/constants/enumerations.ts";
import type { NdisEnvironment } from "./environment.ts";

/**
 * What holds for the level at which a driver calls a function: the IRQL by the catalog, flags that say DISPATCH_LEVEL only there
 * (IRQ-08), no lock held where that is asked for (IRQ-12), and at a bug check nothing but what any level may call (LIF-15).
 */
export function levelCheck(
  environment: NdisEnvironment,
  owner: string,
  row: Ddi,
): (values: readonly unknown[]) => void {
  const { processor } = environment;
  const { min, max } = row.irql;
  const rule = irqlRule(row);
  const warnedBelow = isWarnedBelowDispatch(row);
  const flag = LEVEL_FLAGS[row.name as DdiName] ?? null;
  const flagAt = flag === null ? -1 : row.parameters.findIndex(({ name }) => name === flag.parameter);
  const lockRule = CALLED_WITHOUT_LOCKS[row.name as DdiName] ?? null;
  const conduct = environment.conductOf(owner);
  return (values) => {
    const { irql } = processor;
    if (max < HIGH_LEVEL && environment.shutdown === NDIS_SHUTDOWN_ACTION.NdisShutdownBugCheck)
      environment.misuse("LIF-15", owner, `${row.name} in MiniportShutdownEx at a bug check; it is not for any IRQL`);
    if (irql > max || irql < min) {
      const message = `${row.name} at IRQL ${irql}; it is called at ${min === max ? `exactly ${min}` : `${min} to ${max}`}`;
      if (warnedBelow && irql < min) environment.suspect(rule, owner, message);
      else environment.misuse(rule, owner, message);
    }
    const flags = flagAt < 0 ? 0 : values[flagAt];
    if (flag !== null && irql < DISPATCH_LEVEL && typeof flags === "number" && (flags & flag.mask) !== 0) {
      environment.misuse(flag.rule, owner, `${flag.parameter} of ${row.name} says DISPATCH_LEVEL at IRQL ${irql}`);
    }
    if (lockRule !== null && conduct.locksHeld > 0) {
      environment.misuse(lockRule, owner, `${row.name} while the driver holds ${conduct.locksHeld} spin locks`);
    }
  };
}
