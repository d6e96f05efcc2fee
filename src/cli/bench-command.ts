import { existsSync } from "node:fs";

const BENCH = new URL("../../bench/main.ts", import.meta.url);

/** The bench is no part of the library: it is there or not. */
export function benchIsThere(): boolean {
  return existsSync(BENCH);
}

/** `vmcm bench`: the same as `npm run bench`. @returns the exit code. */
export async function benchCommand(parameters: readonly string[]): Promise<number> {
  if (!import.meta.url.endsWith(".ts")) {
    // Installed, we run from dist/ and nobody has set up the loader for TypeScript yet.
    const { register } = await import("tsx/esm/api");
    register();
  }
  const module: unknown = await import(BENCH.href);
  if (!hasMain(module)) throw new Error("bench/main.ts exports no main");
  const code = await module.main([...parameters]);
  return typeof code === "number" ? code : 0;
}

function hasMain(module: unknown): module is { main: (parameters: string[]) => unknown } {
  return typeof module === "object" && module !== null && "main" in module && typeof module.main === "function";
}
