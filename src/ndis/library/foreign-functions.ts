import type { Ddi, DdiRole } from "../ddi/catalog.ts";
import { DDI_CATALOG } from "../ddi/catalog.ts";
import type { NDIS_STATUS_FINAL } from "../ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_NOT_SUPPORTED } from "../ddi/status.ts";
import type { NdisEnvironment } from "../environment.ts";

/*
 * Who may call what is declared in the catalog. A driver's library has every function of it: those of other roles answer with the rule
 * that the caller breaks. In C they would link, too.
 */

type Routine = (...parameters: unknown[]) => unknown;

/** By group: the registration that a caller of these functions must have made, and of which a caller of another role has none. */
const RULES_BY_GROUP: Readonly<Record<string, string>> = {
  "base-miniport": "REG-01",
  interrupt: "REG-01",
  "dma-hardware": "REG-01",
  "co-miniport": "REG-04",
  mcm: "MCM-07",
  "base-protocol": "REG-02",
  "co-common": "REG-02",
  client: "REG-06",
  "call-manager": "REG-07",
};

/** What the documentation forbids by name. */
const RULES_BY_NAME: Readonly<Record<string, string>> = {
  NdisMCmMakeCallComplete: "OUT-24",
  // A driver that registers as what it is not has not registered as what it is.
  NdisMRegisterMiniportDriver: "REG-02",
  NdisRegisterProtocolDriver: "REG-01",
};

/** What an MCM may not call although it manages calls. */
const MCM_RULES_BY_NAME: Readonly<Record<string, string>> = {
  NdisCoCreateVc: "VC-24",
  NdisCoDeleteVc: "VC-24",
  NdisCoOidRequest: "VC-24",
  NdisCoOidRequestComplete: "VC-24",
  NdisCoSendNetBufferLists: "SND-17",
  NdisCoAssignInstanceName: "VC-25",
};
const MCM_GROUPS_OF_CALL_MANAGEMENT: ReadonlySet<string> = new Set([
  "co-common",
  "co-miniport",
  "client",
  "call-manager",
]);

/** The rule that a driver of these roles breaks when it calls this function of another role. */
function ruleAgainst({ name, group }: Ddi, roles: readonly DdiRole[]): string {
  if (roles.includes("mcm")) {
    const byName = MCM_RULES_BY_NAME[name];
    if (byName !== undefined) return byName;
    if (MCM_GROUPS_OF_CALL_MANAGEMENT.has(group)) return "MCM-02";
  }
  const oidRule = name.startsWith("NdisM") ? "REG-01" : "REG-02";
  return RULES_BY_NAME[name] ?? RULES_BY_GROUP[group] ?? oidRule;
}

/** NdisMCm functions that NDIS itself has beside NdisCm ones; all others are macros for them, or for NdisCo ones (MCM-08). */
const SEPARATE_NDIS_MCM_FUNCTIONS: ReadonlySet<string> = new Set([
  "NdisMCmActivateVc",
  "NdisMCmDeactivateVc",
  "NdisMCmCreateVc",
  "NdisMCmDeleteVc",
  "NdisMCmOidRequest",
  "NdisMCmRegisterAddressFamilyEx",
]);

/** The NdisMCm function and what it is a macro for, in both directions. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  DDI_CATALOG.filter(({ name, group }) => group === "mcm" && !SEPARATE_NDIS_MCM_FUNCTIONS.has(name)).flatMap(
    ({ name }): [string, string][] => {
      const meant = name.replace("NdisMCm", name === "NdisMCmOidRequestComplete" ? "NdisCo" : "NdisCm");
      return [
        [name, meant],
        [meant, name],
      ];
    },
  ),
);

/** What a call fails with that NDIS refuses or does not know; undefined where the function returns no status. */
function refusal({ statuses }: Ddi): NDIS_STATUS_FINAL | undefined {
  if (statuses.length === 0) return undefined;
  const onlyFailure = statuses.includes("NDIS_STATUS_FAILURE") && !statuses.includes("NDIS_STATUS_NOT_SUPPORTED");
  return onlyFailure ? NDIS_STATUS_FAILURE : NDIS_STATUS_NOT_SUPPORTED;
}

/**
 * Gives a library the rest of the catalog's functions, by way of its prototype: its own stay as fast as they are.
 *
 * A function of another role is a violation; with the verifier off it does nothing and returns a status when it has one. An alias of a
 * function that the driver does have works then, because NDIS cannot tell the two apart (X-11, MCM-08). A function of the driver's own
 * role that this core does not have fails, and is no violation.
 */
export function withEveryFunction<Library extends object>(
  environment: NdisEnvironment,
  roles: readonly DdiRole[],
  owner: string,
  library: Library,
): Library {
  const others: Record<string, Routine> = {};
  const own = library as unknown as Readonly<Record<string, Routine | undefined>>;
  for (const row of DDI_CATALOG) {
    if (row.kind !== "function" || own[row.name] !== undefined) continue;
    const failed = refusal(row);
    if (row.roles.some((role) => roles.includes(role))) {
      others[row.name] = () => failed;
      continue;
    }
    const rule = ruleAgainst(row, roles);
    const alias = own[ALIASES.get(row.name) ?? ""];
    others[row.name] = (...parameters) => {
      environment.misuse(rule, owner, `${row.name} is not a function for a ${roles.join(" and ")}`);
      return alias === undefined ? failed : alias(...parameters);
    };
  }
  Object.setPrototypeOf(library, others);
  return library;
}
