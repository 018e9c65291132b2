/** The licences of what is shipped inside a build, as they ask for. */

/** Packages that end up in the executable and its page. */
export const IN_BINARY = [
  "@preact/signals",
  "@preact/signals-core",
  "deno-std",
  "hono",
  "lucide-static",
  "marked",
  "preact",
] as const;

/** Text with the licence of each package. @throws {Error} naming one without. */
export async function noticesOf(packages: readonly string[]): Promise<string> {
  const parts = await Promise.all(packages.map(noticeOf));
  return parts.join(`\n${"-".repeat(72)}\n\n`);
}

async function noticeOf(name: string): Promise<string> {
  const folder = `node_modules/${name}`;
  const { version, license } = await Bun.file(`${folder}/package.json`).json();
  const title = `${name} ${version} (${license})\n\n`;
  for (const file of ["LICENSE", "LICENSE.md", "LICENSE.txt"]) {
    const text = Bun.file(`${folder}/${file}`);
    if (await text.exists()) return title + await text.text();
  }
  if (license === "MIT") {
    return `${title}MIT License, without a text of its own\n`;
  }
  throw new Error(`Cannot find the licence of "${name}"`);
}
