/**
 * A hypivisor that can start agents: `pi` on its PATH is a real one, in a home
 * of its own, that talks to a scripted model.
 */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeRecord, NodeState } from "../../server/protocol/node.ts";
import { Hypivisor } from "./hypivisor.ts";
import type { PiHome } from "./pi.ts";

export function startWithPi(
  home: PiHome,
  args: readonly string[] = [],
): Promise<Hypivisor> {
  const folder = join(home.root, "bin");
  mkdirSync(folder, { recursive: true });
  const program = join(folder, "pi");
  const command = home.pi.command.map((word) => `'${word}'`).join(" ");
  writeFileSync(program, `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(program, 0o755);
  return Hypivisor.start({
    args,
    env: { ...home.environment(), PATH: `${folder}:${process.env.PATH}` },
  });
}

/** What the daemon shows of a node, if it knows it. */
export async function nodeState(
  hypivisor: Hypivisor,
  node: string,
): Promise<NodeState | undefined> {
  const found = await (await hypivisor.fetch("/api/nodes")).json();
  const nodes: NodeRecord[] = found.nodes ?? found;
  return nodes.find(({ id }) => id === node)?.state;
}
