/**
 * Finds secrets out where a service's file says they are: in the environment,
 * a file, the keychain, or what a command prints.
 *
 * Before every start anew, so that one that was changed is taken. They go into
 * the environment of the process and nowhere else; no error quotes one.
 */

import { readFile } from "node:fs/promises";
import { HypivisorError } from "../../../errors.ts";
import type { ProcessConfig, SecretSource } from "../config/config.ts";
import type { Environment } from "./environment.ts";

/** A password manager may have to ask its owner, who is not here. */
const COMMAND_TIMEOUT_MS = 30_000;

/** No token is as long. */
const SECRET_MAX_BYTES = 64 * 1024;

/** Under this name they are in the system's keychain. */
const KEYCHAIN_SERVICE = "hypivisor";

export interface SecretContext {
  readonly inherited: Environment;
  readonly folder: string;
  /** Told of each process that is started, and when it has ended. */
  readonly protect: (pid: number) => () => void;
}

/**
 * Finds all secrets of a service out. What is empty is not there.
 *
 * @throws {HypivisorError} `unavailable`, naming the variable.
 */
export async function findSecrets(
  { secrets }: Pick<ProcessConfig, "secrets">,
  context: SecretContext,
): Promise<Record<string, string>> {
  const found = await Promise.all(
    Object.entries(secrets).map(async ([name, source]) => {
      const value = await find(name, source, context);
      if (value.includes("\0")) throw failed(name, "it holds a NUL");
      return [name, value] as const;
    }),
  );
  return Object.fromEntries(found);
}

async function find(
  name: string,
  source: SecretSource,
  context: SecretContext,
): Promise<string> {
  switch (source.kind) {
    case "env": {
      const value = context.inherited[source.name];
      if (value) return value;
      throw failed(name, `the variable "${source.name}" is not set`);
    }
    case "file":
      return await fromFile(name, source.path);
    case "cmd":
      return await fromCommand(name, source.command, context);
    case "keychain":
      return await fromKeychain(name, source.name);
  }
}

async function fromFile(name: string, path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw failed(name, `"${path}" cannot be read`, cause);
  }
  return checked(name, text, `"${path}"`);
}

async function fromCommand(
  name: string,
  command: string,
  { inherited, folder, protect }: SecretContext,
): Promise<string> {
  const child = Bun.spawn(["/bin/sh", "-c", command], {
    cwd: folder,
    env: { ...inherited },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
    maxBuffer: SECRET_MAX_BYTES,
  });
  const release = protect(child.pid);
  const timer = setTimeout(() => killGroup(child.pid), COMMAND_TIMEOUT_MS);
  try {
    const text = new Response(child.stdout).text();
    const code = await child.exited;
    // What it left behind must not keep the pipe open.
    killGroup(child.pid);
    if (code !== 0) throw failed(name, `its command ended with code ${code}`);
    return checked(name, await text, "its command");
  } finally {
    clearTimeout(timer);
    release();
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left of it.
  }
}

async function fromKeychain(name: string, key: string): Promise<string> {
  let value: string | null;
  try {
    value = await Bun.secrets.get({ service: KEYCHAIN_SERVICE, name: key });
  } catch (cause) {
    const advice = "use file: or cmd: instead";
    throw failed(name, `this system has no keychain: ${advice}`, cause);
  }
  if (value) return value;
  throw failed(name, `the keychain has no "${key}" of ${KEYCHAIN_SERVICE}`);
}

/** Without the newline that editors and commands end with. */
function checked(name: string, text: string, where: string): string {
  const value = text.replace(/\r?\n$/, "");
  if (value === "") throw failed(name, `${where} gives nothing`);
  if (value.length <= SECRET_MAX_BYTES) return value;
  throw failed(name, `${where} gives more than ${SECRET_MAX_BYTES} bytes`);
}

function failed(name: string, why: string, cause?: unknown): HypivisorError {
  const message = `Cannot find the secret ${name}: ${why}`;
  return new HypivisorError("unavailable", message, { cause });
}
