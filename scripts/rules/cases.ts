import ts from "typescript";

/** A call of `enforced` or `behaviour` (test/rules/rule-case.ts). */
export interface RuleCase {
  readonly rule: string;
  readonly kind: "enforced" | "behaviour";
  /** The rule that the bug check cites, where it is another one. */
  readonly citing: string | null;
  /** The tests that the call makes, as "file > group > title". */
  readonly tests: readonly string[];
  /** file:line. */
  readonly place: string;
}

export interface ReadCases {
  readonly cases: readonly RuleCase[];
  /** What cannot be read, and why. */
  readonly complaints: readonly string[];
}

/** Where the reader is: the groups around a node, and what is wrong with one of them. */
interface Surroundings {
  readonly groups: readonly string[];
  readonly trouble: string | null;
}

/** Reads the rule cases of a test file without running it. @param path as the tests are to be named. */
export function readCases(path: string, text: string): ReadCases {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const cases: RuleCase[] = [];
  const complaints: string[] = [];

  const visit = (node: ts.Node, around: Surroundings): void => {
    let inside = around;
    if (ts.isCallExpression(node)) {
      const name = node.expression.getText(source);
      if (name === "enforced" || name === "behaviour") readCase(node, name, around);
      else if (/^describe\b/.test(name)) inside = enterGroup(node, name, around);
    }
    ts.forEachChild(node, (child) => visit(child, inside));
  };

  const readCase = (node: ts.CallExpression, kind: RuleCase["kind"], { groups, trouble }: Surroundings): void => {
    const place = `${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;
    const [rule, title] = node.arguments.map(literal);
    if (typeof rule !== "string" || typeof title !== "string") {
      complaints.push(`${place}: the rule's ID and the title are to be string literals`);
    } else if (trouble !== null) {
      complaints.push(`${place}: ${rule} stands in ${trouble}`);
    } else {
      const names =
        kind === "enforced" ? [`${rule} caught: ${title}`, `${rule} kept: ${title}`] : [`${rule}: ${title}`];
      const tests = names.map((name) => [path, ...groups, name].join(" > "));
      cases.push({ rule, kind, citing: citedBy(node.arguments[2]), tests, place });
    }
  };

  visit(source, { groups: [], trouble: null });
  return { cases, complaints };
}

/** Only a plain `describe` with a literal title is sure to run, once, under that title. */
function enterGroup(node: ts.CallExpression, name: string, around: Surroundings): Surroundings {
  const title = literal(node.arguments[0]);
  if (name !== "describe")
    return { ...around, trouble: around.trouble ?? `${name.split("(")[0]}: use a plain describe` };
  if (title === null) return { ...around, trouble: around.trouble ?? "a group whose title is no string literal" };
  return { ...around, groups: [...around.groups, title] };
}

/** The property `citing` of an object literal. */
function citedBy(node: ts.Node | undefined): string | null {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return null;
  const property = node.properties.find((each) => each.name !== undefined && literalName(each.name) === "citing");
  return property !== undefined && ts.isPropertyAssignment(property) ? literal(property.initializer) : null;
}

function literalName(name: ts.PropertyName): string | null {
  return ts.isIdentifier(name) ? name.text : literal(name);
}

function literal(node: ts.Node | undefined): string | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : null;
}
