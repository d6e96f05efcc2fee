import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { Unfinished } from "../verifier/request-watch.ts";
import type { Binding } from "./binding.ts";

/** What NDIS waits for of the protocols that are bound to an adapter: each pended it, and has not completed it. */
export function unfinishedOperations({ bindings }: MiniportAdapter): readonly Unfinished[] {
  return bindings.flatMap(onBinding);
}

function onBinding(binding: Binding): readonly Unfinished[] {
  if (binding.pendingOperation === null || binding.pendingStatus !== null) return [];
  const owed = (rule: string, what: string): Unfinished[] => [
    {
      rule,
      owner: binding.protocol.name,
      message: `${binding.traceName}: the ${what} that it pended was never completed`,
      object: binding,
      turn: binding.pendingOperation,
      isAwaited: true,
    },
  ];
  if (binding.pnpEvent !== null) return owed("BND-14", "PnP event");
  return binding.state === "Opening" ? owed("BND-04", "bind") : owed("BND-11", "unbind");
}
