/**
 * Readers: turn what came from outside into typed values, or refuse it.
 *
 * A reader takes an unknown value and the path it stands at, and returns the
 * value typed or throws `bad_request` naming the path and what was wanted. It
 * also carries a JSON schema of what it takes, so that the API's description
 * cannot drift from what is accepted. Unknown fields are ignored, as the
 * original ignores them.
 */

import { HypivisorError } from "./errors.ts";

/** JSON Schema 2020-12, as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Reader<T> {
  (value: unknown, at: string): T;
  readonly schema: Schema;
}

type ReadOf<R> = R extends Reader<infer T> ? T : never;

/** Marks a field that may be absent; `null` counts as absent. */
export interface OptionalReader<T> extends Reader<T | undefined> {
  readonly optional: true;
}

type Fields = Readonly<Record<string, Reader<unknown>>>;

type Mandatory<F extends Fields> = {
  [K in keyof F as F[K] extends { optional: true } ? never : K]: ReadOf<F[K]>;
};

type Possible<F extends Fields> = {
  [K in keyof F as F[K] extends { optional: true } ? K : never]?: Exclude<
    ReadOf<F[K]>,
    undefined
  >;
};

export function refuse(at: string, wanted: string): never {
  throw new HypivisorError("bad_request", `Cannot read ${at}: ${wanted}`);
}

function reader<T>(
  schema: Schema,
  read: (value: unknown, at: string) => T,
): Reader<T> {
  return Object.assign((value: unknown, at: string) => read(value, at), {
    schema,
  });
}

/** Longest text taken where no other bound is given; a long prompt fits. */
const TEXT_MAX = 4 * 1024 * 1024;

export function text(
  bounds: { min?: number; max?: number; about?: string } = {},
): Reader<string> {
  const { min = 0, max = TEXT_MAX, about } = bounds;
  return reader(
    {
      type: "string",
      ...(min ? { minLength: min } : {}),
      maxLength: max,
      ...(about ? { description: about } : {}),
    },
    (value, at) => {
      if (typeof value !== "string") refuse(at, "must be a string");
      if (value.length < min) refuse(at, "must not be empty");
      if (value.length > max) {
        refuse(at, `must have at most ${max} characters`);
      }
      return value;
    },
  );
}

export function integer(min: number, max: number): Reader<number> {
  return reader(
    { type: "integer", minimum: min, maximum: max },
    (value, at) => {
      if (
        typeof value !== "number" || !Number.isInteger(value) || value < min ||
        value > max
      ) refuse(at, `must be a whole number from ${min} to ${max}`);
      return value;
    },
  );
}

export const number: Reader<number> = reader(
  { type: "number" },
  (value, at) => {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      refuse(at, "must be a number");
    }
    return value;
  },
);

export const boolean: Reader<boolean> = reader(
  { type: "boolean" },
  (value, at) => {
    if (typeof value !== "boolean") refuse(at, "must be true or false");
    return value;
  },
);

/** Any object, its fields unread. Arrays and null are not objects. */
export const record: Reader<Readonly<Record<string, unknown>>> = reader(
  { type: "object" },
  (value, at) => {
    if (!isRecord(value)) refuse(at, "must be an object");
    return value;
  },
);

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function oneOf<const T extends string>(
  ...values: readonly T[]
): Reader<T> {
  return reader({ type: "string", enum: values }, (value, at) => {
    if (!(values as readonly unknown[]).includes(value)) {
      refuse(at, `must be one of ${values.join(", ")}`);
    }
    return value as T;
  });
}

export function list<T>(
  of: Reader<T>,
  max: number,
): Reader<readonly T[]> {
  return reader(
    { type: "array", items: of.schema, maxItems: max },
    (value, at) => {
      if (!Array.isArray(value)) refuse(at, "must be a list");
      if (value.length > max) refuse(at, `must have at most ${max} entries`);
      return value.map((entry, index) => of(entry, `${at}[${index}]`));
    },
  );
}

export function optional<T>(of: Reader<T>): OptionalReader<T> {
  return Object.assign(
    reader(
      of.schema,
      (value, at) =>
        value === undefined || value === null ? undefined : of(value, at),
    ),
    { optional: true as const },
  );
}

export function nullable<T>(of: Reader<T>): Reader<T | null> {
  return reader(
    { anyOf: [of.schema, { type: "null" }] },
    (value, at) => value === null ? null : of(value, at),
  );
}

/** A string that is one of our ids from here on. */
export function id<T extends string>(max = 200): Reader<T> {
  return text({ min: 1, max }) as Reader<string> as Reader<T>;
}

export function object<const F extends Fields>(
  fields: F,
): Reader<Mandatory<F> & Possible<F>> {
  const entries = Object.entries(fields);
  const required = entries
    .filter(([, of]) => !("optional" in of))
    .map(([name]) => name);
  const schema: Schema = {
    type: "object",
    properties: Object.fromEntries(
      entries.map(([name, of]) => [name, of.schema]),
    ),
    ...(required.length ? { required } : {}),
  };
  return reader(schema, (value, at) => {
    if (!isRecord(value)) refuse(at, "must be an object");
    const result: Record<string, unknown> = {};
    for (const [name, of] of entries) {
      // Own fields only: `constructor` and the like come from the prototype.
      const field = Object.hasOwn(value, name) ? value[name] : undefined;
      const read = of(field, `${at}.${name}`);
      if (read !== undefined) result[name] = read;
    }
    return result as Mandatory<F> & Possible<F>;
  });
}

/**
 * What people and programs write is a dozen levels deep. Parsing takes any
 * depth, writing it again does not: what is kept must stay far below that.
 */
const NESTING_MAX = 500;

/** Looks at brackets outside strings only, and at nothing in short texts. */
function isTooDeep(json: string): boolean {
  if (json.length < 2 * NESTING_MAX) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '"':
        at = endOfString(json, at);
        break;
      case "[":
      case "{":
        if (++depth > NESTING_MAX) return true;
        break;
      case "]":
      case "}":
        depth--;
    }
  }
  return false;
}

/** Index of the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  let end = start;
  while (true) {
    end = json.indexOf('"', end + 1);
    if (end < 0) return json.length;
    let backslashes = 0;
    while (json[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

/**
 * Parses JSON text from outside.
 *
 * @throws {HypivisorError} `bad_request` if it is not JSON.
 */
export function parseJson(json: string): unknown {
  if (isTooDeep(json)) {
    throw new HypivisorError(
      "bad_request",
      `Cannot parse the frame: nested deeper than ${NESTING_MAX}`,
    );
  }
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new HypivisorError("bad_request", "Cannot parse the frame as JSON", {
      cause,
    });
  }
}
