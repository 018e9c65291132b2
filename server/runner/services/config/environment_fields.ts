/**
 * The fields that fill a service's environment: `env`, `env-inherit` and
 * `secrets`. Only where a secret is comes from here, never the secret.
 */

import type { SecretSource } from "./config.ts";
import { type Field, readPairs, readStrings } from "./fields.ts";

export function readEnv(field: Field): Map<string, string> {
  const pairs = readPairs(field);
  return new Map([...pairs].map(([key, { text }]) => [key, text]));
}

/** A name, or the beginning of names and a `*`. */
export function readInherit(field: Field): string[] | undefined {
  const names = readStrings("expected string")(field);
  for (const name of names ?? []) {
    if (/^[A-Za-z_][A-Za-z0-9_]*\*?$|^\*$/.test(name)) continue;
    const why = `\`${name}\` is neither a name nor a beginning and a *`;
    field.faults.invalid(field.field, field.node.place, why);
  }
  return names;
}

export function readSecrets(field: Field): Map<string, SecretSource> {
  const secrets = new Map<string, SecretSource>();
  for (const [key, { text, node, field: name, faults }] of readPairs(field)) {
    const secret = secretOf(text);
    if (secret) secrets.set(key, secret);
    else {
      // Not quoted: what stands there may be the secret itself.
      const why = "expected keychain:, env:, file: or cmd: and where it is";
      faults.invalid(name, node.args[0]?.place ?? node.place, why);
    }
  }
  return secrets;
}

function secretOf(text: string): SecretSource | undefined {
  const [, kind, rest = ""] = text.match(/^([a-z]+):([^]+)$/) ?? [];
  switch (kind) {
    case "keychain":
    case "env":
      return { kind, name: rest };
    case "file":
      return { kind, path: rest };
    case "cmd":
      return { kind, command: rest };
    default:
      return undefined;
  }
}
