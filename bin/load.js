// In the repository the command runs from src/ through tsx, so that no build is needed; in the package it runs from dist/.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Imports a module of ours by its place under src/, without extension.
 * @param {string} path for example "cli/main"
 */
export async function load(path) {
  const source = new URL(`../src/${path}.ts`, import.meta.url);
  if (!existsSync(source)) return import(new URL(`../dist/${path}.js`, import.meta.url).href);
  const { register } = await import("tsx/esm/api");
  register({ tsconfig: fileURLToPath(new URL("../tsconfig.json", import.meta.url)) });
  return import(source.href);
}
