/** The doctor looks at pi: found, new enough, and with the extension. */

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isRecord } from "../../read.ts";
import { bad, type Finding, ok } from "./check.ts";

/** The oldest that pi-socket works with. */
const OLDEST = [0, 74] as const;

/** pi starts in a second; on a busy machine in several. */
const ANSWER_WITHIN_MS = 15_000;

const INSTALL = "pi install npm:pi-socket";

export async function lookAtPi(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const path = Bun.which("pi", { PATH: env.PATH ?? "" });
  const extension = lookAtExtension(env);
  if (!path) {
    return [
      bad(
        "warn",
        "pi",
        "not found on PATH",
        "Install it, or add its folder to PATH: agents are started by it",
      ),
      extension,
    ];
  }
  return [await lookAtVersion(path, env), extension];
}

async function lookAtVersion(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<Finding> {
  const child = Bun.spawn([path, "--version"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: ANSWER_WITHIN_MS,
    env,
  });
  const [said, complaint] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (await child.exited !== 0) {
    const why = /^.*Error.*$/m.exec(complaint)?.[0] ?? complaint.trim();
    return bad("fail", "pi", `${path} does not start: ${why}`, "Try: pi");
  }
  const [version, major, minor] =
    /(\d+)\.(\d+)\.\d+\S*/.exec(said || complaint) ?? [];
  if (!version) {
    return bad(
      "fail",
      "pi",
      `${path} does not tell its version`,
      "Try: pi --version",
    );
  }
  const isOld = Number(major) === OLDEST[0] && Number(minor) < OLDEST[1];
  return isOld
    ? bad(
      "fail",
      "pi",
      `${version} at ${path} is too old`,
      `Upgrade it to ${OLDEST.join(".")} or newer`,
    )
    : ok("pi", `${version} at ${path}`);
}

function lookAtExtension(env: NodeJS.ProcessEnv): Finding {
  const agentDir = env.PI_CODING_AGENT_DIR ||
    join(env.HOME || homedir(), ".pi", "agent");
  const file = join(agentDir, "settings.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return bad("warn", "pi-socket", `no settings at ${file}`, INSTALL);
  }
  try {
    const found = packagesOf(JSON.parse(text)).find(isPiSocket);
    return found === undefined
      ? bad("warn", "pi-socket", `not in ${file}`, INSTALL)
      : ok("pi-socket", found);
  } catch {
    return bad("fail", "pi-socket", `${file} is not JSON`, "Mend it by hand");
  }
}

/** A package is a source, or an object that has one. */
function packagesOf(settings: unknown): string[] {
  const packages = isRecord(settings) ? settings.packages : undefined;
  if (!Array.isArray(packages)) return [];
  return packages.map((one) => String(isRecord(one) ? one.source : one));
}

/** `npm:pi-socket@1.0.0`, or a folder of that name. */
function isPiSocket(source: string): boolean {
  return /(^|[:/\\])pi-socket(@[^/\\]*)?[/\\]?$/.test(source);
}
