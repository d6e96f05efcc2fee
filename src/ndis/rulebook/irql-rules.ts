import type { RuleName } from "./evidence.ts";
import { VERIFIER_RULES } from "./verifier-rules.ts";

/** What is asked of a row of the DDI catalog. */
interface CatalogRow {
  readonly name: string;
  readonly kind: "function" | "callback";
  readonly group: string;
}

/** What rules on IRQL name outright and no IRQL rule of the verifier covers. */
const NAMED: Readonly<Record<string, RuleName>> = {
  ProtocolCoAfRegisterNotify: "IRQ-05",
  ProtocolClOpenAfCompleteEx: "IRQ-05",
  ProtocolSetOptions: "IRQ-05",
  MiniportSetOptions: "IRQ-05",
  ProtocolBindAdapterEx: "IRQ-05",
  ProtocolUnbindAdapterEx: "IRQ-05",
  ProtocolNetPnPEvent: "IRQ-05",
  MiniportInitializeEx: "IRQ-05",
  MiniportHaltEx: "IRQ-05",
  MiniportPause: "IRQ-05",
  MiniportRestart: "IRQ-05",
  MiniportOidRequest: "IRQ-05",
  MiniportCheckForHangEx: "IRQ-05",
  MiniportDevicePnPEventNotify: "IRQ-05",
  NetTimerCallback: "IRQ-09",
  NdisIoWorkItemRoutine: "IRQ-09",
  NdisMSynchronizeWithInterruptEx: "IRQ-09",
};

/** The groups of the catalog whose callbacks are the connection-oriented ones of IRQ-06. */
const CONNECTION_GROUPS: ReadonlySet<string> = new Set(["client", "call-manager", "co-common", "co-miniport"]);

const verifierRuleOf: ReadonlyMap<string, RuleName> = new Map(
  VERIFIER_RULES.filter(({ name }) => name.startsWith("Irql_")).flatMap(({ name, covers }) =>
    covers.map((covered): [string, RuleName] => [covered, name]),
  ),
);

/**
 * The rule on the IRQL of a function or callback: of a function the verifier's IRQL rule that covers it; of a callback, which none
 * covers, the rulebook's. Null where no rule speaks of it.
 */
export function irqlRuleOf({ name, kind, group }: CatalogRow): RuleName | null {
  const named = verifierRuleOf.get(name) ?? NAMED[name];
  if (named !== undefined) return named;
  return kind === "callback" && CONNECTION_GROUPS.has(group) ? "IRQ-06" : null;
}
