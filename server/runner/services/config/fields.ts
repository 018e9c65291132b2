/**
 * Readers of single nodes: one string, one integer, a block of settings. They
 * are strict: whatever is surplus is a fault with its place, because a setting
 * that is silently dropped is worse than a file that is refused.
 *
 * A reader returns undefined after a fault, so that the rest is read too.
 */

import { AmountError, parseDuration, parseSize } from "./amounts.ts";
import type { KdlNode, KdlValue } from "./document.ts";
import type { Faults, Place } from "./faults.ts";

/** One node on its way to a value: `field` is what it is called in faults. */
export interface Field {
  readonly node: KdlNode;
  readonly field: string;
  readonly faults: Faults;
}

export type ReadField<T> = (field: Field) => T | undefined;

/** Reads the only argument of a node that has nothing else. */
function single<T>(
  wanted: string,
  read: (value: KdlValue, refuse: (why: string) => undefined) => T | undefined,
): ReadField<T> {
  return (field) => {
    const { node, faults } = field;
    refuseSurplus(field, { args: 1 });
    const value = node.args[0];
    if (!value) {
      faults.invalid(field.field, node.place, wanted);
      return undefined;
    }
    return read(value, (why) => {
      faults.invalid(field.field, value.place, why);
      return undefined;
    });
  };
}

/** Text that can be an argument or a value of the environment. */
function textOf(
  { value }: KdlValue,
  refuse: (why: string) => undefined,
  wanted = "expected string",
): string | undefined {
  if (typeof value !== "string") return refuse(wanted);
  if (value.includes("\0")) return refuse("must not hold a NUL");
  return value;
}

export const readString: ReadField<string> = single(
  "expected string",
  (value, refuse) => textOf(value, refuse),
);

export const readFlag: ReadField<boolean> = single(
  "expected #true or #false",
  ({ value }, refuse) =>
    typeof value === "boolean" ? value : refuse("expected #true or #false"),
);

export function readChoice<const T extends string>(
  what: string,
  choices: readonly T[],
): ReadField<T> {
  return single("expected string", (value, refuse) => {
    const text = textOf(value, refuse);
    if (text === undefined) return undefined;
    const chosen = choices.find((choice) => choice === text);
    return chosen ?? refuse(`unknown ${what} \`${text}\``);
  });
}

export function readInteger(
  { min, max, outside }: {
    min: number;
    max: number;
    /** What is said of one that is not between them. */
    outside: (text: string) => string;
  },
): ReadField<number> {
  return single("expected integer", (entry, refuse) => {
    const { value, text } = entry;
    // `1e3` and `84.0` are written as decimals; digits too long to be exact
    // are integers all the same, and out of range.
    if (typeof value !== "number" || !/^[+-]?[\d_]+$|^[+-]?0[xob]/.test(text)) {
      return refuse("expected integer");
    }
    return value >= min && value <= max ? value : refuse(outside(text));
  });
}

const U32_MAX = 2 ** 32 - 1;

export function readU32(min: number): ReadField<number> {
  return readInteger({
    min,
    max: U32_MAX,
    outside: (text) => `out of u32 range: ${text}`,
  });
}

export const readDuration: ReadField<number> = single(
  "expected string",
  (value, refuse) => {
    const text = textOf(value, refuse);
    if (text === undefined) return undefined;
    return amount(
      () => parseDuration(text),
      (why) => refuse(`invalid duration \`${text}\`: ${why}`),
    );
  },
);

export const readSize: ReadField<number> = single(
  "expected string",
  (value, refuse) => {
    const text = textOf(value, refuse);
    if (text === undefined) return undefined;
    return amount(
      () => parseSize(text),
      (why) => refuse(`invalid size \`${text}\`: ${why}`),
    );
  },
);

function amount(
  parse: () => number,
  refuse: (why: string) => undefined,
): number | undefined {
  try {
    return parse();
  } catch (thrown) {
    if (thrown instanceof AmountError) return refuse(thrown.message);
    throw thrown;
  }
}

/** Any number of strings. `wanted` is said where there is none, if it must. */
export function readStrings(wanted?: string): ReadField<string[]> {
  return (field) => {
    const { node, faults } = field;
    refuseSurplus(field, { args: Infinity });
    if (wanted && node.args.length === 0) {
      faults.invalid(field.field, node.place, wanted);
      return undefined;
    }
    const texts = node.args.map((value) =>
      textOf(value, (why) => {
        faults.invalid(field.field, value.place, why);
        return undefined;
      }, wanted)
    );
    return texts.every((text) => text !== undefined) ? texts : undefined;
  };
}

/** A block of `NAME "value"` lines: each name once, each with one string. */
export function readPairs(field: Field): Map<string, Field & { text: string }> {
  const pairs = new Map<string, Field & { text: string }>();
  refuseSurplus(field, { args: 0, block: true });
  for (const node of field.node.children ?? []) {
    const inner = { ...field, node, field: `${field.field}.${node.name}` };
    const text = readString(inner);
    const refuse = (why: string) =>
      field.faults.invalid(field.field, node.place, why);
    if (!/^[^=\0]+$/.test(node.name)) {
      refuse(`\`${node.name}\` cannot be the name of a variable`);
    } else if (pairs.has(node.name)) refuse(`\`${node.name}\` is given twice`);
    else if (text !== undefined) pairs.set(node.name, { ...inner, text });
  }
  return pairs;
}

type Readers = Readonly<Record<string, ReadField<unknown>>>;

export type Read<R extends Readers> = {
  [K in keyof R]?: Exclude<ReturnType<R[K]>, undefined>;
};

/** Reads nodes by their names; unknown and repeated ones are faults. */
export function readNodes<R extends Readers>(
  nodes: readonly KdlNode[],
  readers: R,
  { faults, within }: { faults: Faults; within?: string },
): Read<R> {
  const result: Record<string, unknown> = {};
  const seen = new Map<string, number>();
  for (const node of nodes) {
    const { name, place } = node;
    const field = within ? `${within}.${name}` : name;
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    const first = seen.get(name);
    if (!read) faults.invalid(within ?? name, place, `unknown key \`${name}\``);
    else if (first !== undefined) {
      faults.invalid(field, place, `given twice, first in line ${first}`);
    } else {
      seen.set(name, place.line);
      const value = read({ node, field, faults });
      if (value !== undefined) result[name] = value;
    }
  }
  return result as Read<R>;
}

/** What a reader finds when it finds anything. */
export type Found<R extends ReadField<unknown>> = NonNullable<ReturnType<R>>;

/** A reader of a node that is nothing but a block of settings. */
export function block<R extends Readers>(readers: R): ReadField<Read<R>> {
  return (field) => {
    refuseSurplus(field, { args: 0, block: true });
    const { node, faults } = field;
    return readNodes(node.children ?? [], readers, {
      faults,
      within: field.field,
    });
  };
}

/** Adds a fault for all that a node has and may not have. */
export function refuseSurplus(
  { node, field, faults }: Field,
  { args, block = false }: { args: number; block?: boolean },
): void {
  const hint = block
    ? ": settings stand in a block"
    // In KDL a node ends with its line: without this a whole block written
    // on one line is a riddle.
    : field.includes(".") && args === 1
    ? ": each setting needs a line of its own, or a `;` before it"
    : "";
  for (const { text, place } of node.args.slice(args)) {
    faults.invalid(field, place, `surplus argument \`${text}\`${hint}`);
  }
  for (const { key, place } of node.properties) {
    faults.invalid(field, place, `surplus property \`${key}\`${hint}`);
  }
  for (const place of node.tags) {
    faults.invalid(field, place, "surplus type annotation");
  }
  if (!block && node.children) {
    faults.invalid(field, node.place, "surplus block");
  }
  if (block && !node.children) {
    faults.invalid(field, node.place, "expected a block");
  }
}

/** Where a key of a block stands; the block itself if it is not in there. */
export function placeOf(node: KdlNode, key: string): Place {
  return (node.children?.find(({ name }) => name === key) ?? node).place;
}
