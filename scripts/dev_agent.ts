/**
 * One real pi with our extension and a scripted model, for `dev.ts`: something
 * to look at without a key, a cost or a network.
 */

import { existsSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { startFakeLlm } from "../tests/pi/fake_llm.ts";
import { say } from "./say.ts";

const PI = "node_modules/@earendil-works/pi-coding-agent/dist/bundle/cli.js";
const EXTENSION = "extension/index.ts";

/** Said one after the other, for as long as the agent runs. */
const PROMPTS: readonly string[] = [
  "Look around.\n#think Where am I?\n#bash ls -la\n#say An empty project.",
  "Write a note.\n#write note.md | # Notes\\n\\n- one\\n\n#say Written.",
  "Tell me a long story.\n#slow 40\n#long 120",
];

/** Leaves time to watch the agent come to rest in between. */
const PROMPT_EVERY_MS = 45_000;

/** Starting under Bun takes pi about a second. */
const FIRST_PROMPT_MS = 4_000;

export interface DevAgent {
  stop(): void;
}

/**
 * Starts pi in RPC mode: without a terminal it ends at once in any other.
 *
 * @param dir Holds pi's settings and the folder it works in.
 * @returns undefined, and says why, if something it needs is not there.
 */
export async function startDevAgent(
  dir: string,
  env: Record<string, string | undefined>,
): Promise<DevAgent | undefined> {
  for (const path of [PI, EXTENSION]) {
    if (existsSync(path)) continue;
    say(`No agent: cannot find ${path}`);
    return undefined;
  }
  const llm = await startFakeLlm({
    host: "127.0.0.1",
    port: 0,
    delay: 15,
    quiet: true,
  });
  await writeSettings(dir, llm.url);
  const child = Bun.spawn(
    [process.execPath, resolve(PI), "--mode", "rpc", "-e", resolve(EXTENSION)],
    {
      cwd: `${dir}/project`,
      env: {
        ...env,
        PI_CODING_AGENT_DIR: `${dir}/agent`,
        PI_OFFLINE: "1",
        PI_TELEMETRY: "0",
      },
      stdin: "pipe",
      stdout: "ignore",
      stderr: "inherit",
    },
  );
  let said = 0;
  function speak(): void {
    const message = PROMPTS[said++ % PROMPTS.length];
    child.stdin.write(`${JSON.stringify({ type: "prompt", message })}\n`);
    child.stdin.flush();
  }
  const first = setTimeout(speak, FIRST_PROMPT_MS);
  const more = setInterval(speak, PROMPT_EVERY_MS);
  function stopSpeaking(): void {
    clearTimeout(first);
    clearInterval(more);
  }
  child.exited.then((code) => {
    stopSpeaking();
    say(`The agent ended with code ${code}`);
  });
  return {
    stop() {
      stopSpeaking();
      child.kill();
    },
  };
}

async function writeSettings(dir: string, url: string): Promise<void> {
  mkdirSync(`${dir}/project`, { recursive: true });
  mkdirSync(`${dir}/agent`, { recursive: true });
  const models = await Bun.file("tests/pi/models.json").json();
  models.providers.fake.baseUrl = url;
  await Bun.write(`${dir}/agent/models.json`, JSON.stringify(models));
  await Bun.write(
    `${dir}/agent/settings.json`,
    Bun.file("tests/pi/settings.json"),
  );
}
