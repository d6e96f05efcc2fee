import { nearestWords, suggest } from "../lab/scenario/did-you-mean.ts";
import { UsageError } from "./exit-code.ts";

const MOST = 3;

/** What an option's value stands for, in whatever case and with "-" or "_" for a blank. @throws UsageError when it stands for nothing. */
export function choose<Choice extends string>(option: string, value: string, choices: readonly Choice[]): Choice {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]+/g, " ");
  const found = choices.find((choice) => plain(choice) === plain(value));
  if (found === undefined) throw new UsageError(`${option} ${value}: ${suggest(value, choices, "one of")}`);
  return found;
}

/** " (did you mean OUT-09, OUT-19?)" for a name that is none; empty when nothing is near. */
export function nearestNames(name: string, known: readonly string[]): string {
  const longer = known.filter((other) => other.toLowerCase().startsWith(name.toLowerCase()));
  const nearest = longer.length > 0 ? longer.slice(0, MOST) : nearestWords(name, known, MOST);
  return nearest.length === 0 ? "" : ` (did you mean ${nearest.join(", ")}?)`;
}
