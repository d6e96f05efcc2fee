import type { RuleFacts, RuleSection } from "./rule.ts";
import { bindingRules, lifeRules } from "./rules/adapter.ts";
import { addressFamilyRules } from "./rules/address-family.ts";
import { callConnectedRules, incomingCallRules, outgoingCallRules } from "./rules/call.ts";
import { closeCallRules, partyRules, qosRules } from "./rules/call-changes.ts";
import { mcmRules } from "./rules/mcm.ts";
import { registrationRules } from "./rules/registration.ts";
import { oidRules, statusRules } from "./rules/requests.ts";
import { sapRules } from "./rules/sap.ts";
import { concurrencyRules, irqlRules, memoryRules } from "./rules/system.ts";
import { receiveRules, sendRules } from "./rules/transfer.ts";
import { activationRules, vcRules } from "./rules/vc.ts";
import { wanRules } from "./rules/wan.ts";

type Tables = typeof registrationRules &
  typeof addressFamilyRules &
  typeof sapRules &
  typeof vcRules &
  typeof activationRules &
  typeof outgoingCallRules &
  typeof incomingCallRules &
  typeof callConnectedRules &
  typeof qosRules &
  typeof closeCallRules &
  typeof partyRules &
  typeof sendRules &
  typeof receiveRules &
  typeof oidRules &
  typeof statusRules &
  typeof bindingRules &
  typeof lifeRules &
  typeof mcmRules &
  typeof wanRules &
  typeof irqlRules &
  typeof memoryRules &
  typeof concurrencyRules;

/** The ID of every rule of the rulebook, such as "OUT-09". */
export type RuleId = keyof Tables;

export interface Rule extends RuleFacts {
  readonly id: RuleId;
  readonly section: RuleSection;
}

/** The rules of one section. The tables are object literals: they have no other keys than their type says. */
function section(number: number, title: string, prefix: string, rows: Partial<Record<RuleId, RuleFacts>>): Rule[] {
  const place: RuleSection = { number, title, prefix };
  return (Object.keys(rows) as RuleId[]).flatMap((id) => {
    const facts = rows[id];
    return facts === undefined ? [] : [{ id, section: place, ...facts }];
  });
}

/** Every rule of the rulebook, in its order. */
export const RULES: readonly Rule[] = [
  section(1, "Registration", "REG", registrationRules),
  section(2, "Address family", "AF", addressFamilyRules),
  section(3, "SAP", "SAP", sapRules),
  section(4, "VC create and delete", "VC", vcRules),
  section(5, "Activation and deactivation", "ACT", activationRules),
  section(6, "Outgoing call", "OUT", outgoingCallRules),
  section(7, "Incoming call", "INC", incomingCallRules),
  section(8, "Call connected", "CON", callConnectedRules),
  section(9, "QoS change", "QOS", qosRules),
  section(10, "Closing a call", "CLS", closeCallRules),
  section(11, "Parties and multipoint", "PTY", partyRules),
  section(12, "Send", "SND", sendRules),
  section(13, "Receive and return", "RCV", receiveRules),
  section(14, "OID requests", "OID", oidRules),
  section(15, "Status indications", "STA", statusRules),
  section(16, "Bind, open, unbind, close", "BND", bindingRules),
  section(17, "Initialise, pause, restart, halt, reset", "LIF", lifeRules),
  section(18, "MCM versus call manager", "MCM", mcmRules),
  section(19, "CoNDIS WAN and TAPI", "WAN", wanRules),
  section(20, "IRQL", "IRQ", irqlRules),
  section(21, "Memory and leaks", "MEM", memoryRules),
  section(22, "Concurrency", "CNC", concurrencyRules),
].flat();

const byId: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]));

/** The rule with this ID, or null. */
export function findRule(id: string): Rule | null {
  return byId.get(id) ?? null;
}
