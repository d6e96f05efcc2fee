import type { NdisEnvironment } from "../environment.ts";

/** Something of NDIS that a driver holds until it gives it back: memory, a timer, an interrupt, a mapping. */
export interface Holding {
  readonly traceName: string;
  /** The rule that is broken when it is left behind. */
  readonly leftRule: string;
  /** The MiniportAdapter that it was taken for; null when it was taken for the driver as a whole. Only its identity counts here. */
  readonly adapter: object | null;
}

/** All that one driver holds. The functions of its library share one, and halt and unload ask it what was left behind (MEM-02). */
export class DriverHoldings {
  readonly #held = new Set<Holding>();

  get count(): number {
    return this.#held.size;
  }

  take(holding: Holding): void {
    this.#held.add(holding);
  }

  giveBack(holding: Holding): void {
    this.#held.delete(holding);
  }

  /**
   * Reports what is left, oldest first: of what was taken for `adapter`, or of everything when it is null.
   * @param after what the driver should have given it back in: MiniportHaltEx, DriverUnload, or a function that failed.
   * @param rule the rule that is broken; that of the thing itself by default.
   * @returns how many things were left.
   * @throws BugCheck at the first one when the verifier is on.
   */
  reportLeft(
    environment: NdisEnvironment,
    owner: string,
    adapter: object | null,
    after: string,
    rule: string | null = null,
  ): number {
    let left = 0;
    for (const holding of this.#held) {
      if (adapter !== null && holding.adapter !== adapter) continue;
      left++;
      const message = `${holding.traceName} of ${owner} is left behind after ${after}`;
      environment.misuse(rule ?? holding.leftRule, owner, message);
    }
    return left;
  }
}

/** Whether an allocation fails here: a choice point, ordinarily no. */
export function allocationFails(environment: NdisEnvironment): boolean {
  const { chooser } = environment.machine;
  return chooser !== null && chooser.choose("memory-allocation", 2) === 1;
}
