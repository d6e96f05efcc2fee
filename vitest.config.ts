import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: [
      { find: /^virtual-mcm\/(.*)$/, replacement: `${fileURLToPath(new URL("./src", import.meta.url))}/$1/index.ts` },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    expect: { requireAssertions: true },
    coverage: { provider: "v8", include: ["src/**"] },
  },
});
