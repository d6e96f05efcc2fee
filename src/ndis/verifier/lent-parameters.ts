import type { CO_CALL_PARAMETERS } from "../ddi/structures/calls.ts";

/** Under this key a view shows what it is a view of. */
const ORIGINAL = Symbol("original");

/**
 * Call parameters that one driver lends to another for as long as an operation takes. The borrower gets a view: what it does through it
 * comes about, is noticed, and is reported once the parameters are not its any more (INC-08, INC-10). What changes without the view being
 * used, the lender changed (OUT-02). Bytes (Uint8Array) are not looked after in the view, but belong to what is compared.
 */
export class LentParameters {
  readonly view: CO_CALL_PARAMETERS;
  readonly #original: CO_CALL_PARAMETERS;
  readonly #before: string;
  readonly #views = new WeakMap<object, object>();
  #borrowerWrote = false;
  #onUse: (() => void) | null = null;

  private constructor(original: CO_CALL_PARAMETERS) {
    this.#original = original;
    this.#before = contentOf(original);
    this.view = this.#viewOf(original);
  }

  /** @returns null for what is no structure. */
  static lend(parameters: CO_CALL_PARAMETERS): LentParameters | null {
    return isStructure(parameters) ? new LentParameters(parameters) : null;
  }

  /** Whether the lender changed its parameters while they were lent. */
  get hasLenderWritten(): boolean {
    return !this.#borrowerWrote && contentOf(this.#original) !== this.#before;
  }

  /** Whether `parameters` say something else than what was lent; Flags do not count. */
  differsFrom(parameters: CO_CALL_PARAMETERS): boolean {
    return contentOf(parameters) !== this.#before;
  }

  /** The loan is over: `onUse` runs whenever the borrower touches its view from now on. */
  recall(onUse: () => void): void {
    this.#onUse = onUse;
  }

  #viewOf<T extends object>(target: T): T {
    const known = this.#views.get(target);
    if (known !== undefined) return known as T;
    const view = new Proxy(target, {
      get: (object, key) => {
        if (key === ORIGINAL) return object;
        this.#onUse?.();
        const value: unknown = Reflect.get(object, key);
        return isStructure(value) && mayReplace(object, key) ? this.#viewOf(value) : value;
      },
      set: (object, key, value) => {
        this.#onUse?.();
        this.#borrowerWrote = true;
        return Reflect.set(object, key, originalOf(value));
      },
      deleteProperty: (object, key) => {
        this.#onUse?.();
        this.#borrowerWrote = true;
        return Reflect.deleteProperty(object, key);
      },
    });
    this.#views.set(target, view);
    return view;
  }
}

/** The structure itself, when a driver hands in a view of it; in a structure of its own the members that are views give way to originals. */
export function originalOf<T>(value: T, seen: Set<unknown> = new Set()): T {
  if (!isStructure(value) || seen.has(value)) return value;
  const { [ORIGINAL]: original } = value as { readonly [ORIGINAL]?: T };
  if (original !== undefined) return original;
  seen.add(value);
  for (const [key, member] of Object.entries(value)) {
    const own: unknown = originalOf(member, seen);
    if (own !== member) Reflect.set(value, key, own);
  }
  return value;
}

function isStructure(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

/** A proxy shows the members of a frozen object as they are. */
function mayReplace(object: object, key: PropertyKey): boolean {
  const member = Object.getOwnPropertyDescriptor(object, key);
  return member === undefined || member.configurable === true || member.writable === true;
}

/** What parameters say, without their Flags; the same for whatever cannot be told, such as a circle. */
function contentOf(parameters: CO_CALL_PARAMETERS): string {
  try {
    return JSON.stringify([parameters.CallMgrParameters, parameters.MediaParameters]);
  } catch {
    return "";
  }
}
