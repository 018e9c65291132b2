/** Leaves a picture of each screen in `tests/artifacts/`, for a person's eyes. */

import { AxeBuilder } from "@axe-core/playwright";
import { assertEquals } from "@std/assert";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setDefaultTimeout, test } from "bun:test";
import { Desk } from "./harness/desk.ts";
import { type Screen, SCREENS } from "./harness/screens.ts";
import { SERVICE_SCREENS, shopFiles } from "./harness/service_screens.ts";
import { ShellHome } from "./harness/shell_home.ts";
import { standInForPi, TERMINAL_SCREENS } from "./harness/terminal_screens.ts";

setDefaultTimeout(240_000);

const ARTIFACTS = join(import.meta.dir, "artifacts");
mkdirSync(ARTIFACTS, { recursive: true });

/** What axe finds wrong, one line for each element. */
async function violations({ page }: Desk): Promise<string[]> {
  // Half transparent texts of an opening dialog would be measured as they are.
  await page.evaluate(() =>
    Promise.all(
      document.getAnimations()
        .filter(({ effect }) =>
          effect?.getComputedTiming().endTime !== Infinity
        )
        .map(({ finished }) => finished.catch(() => {})),
    )
  );
  const { violations } = await new AxeBuilder({ page: page as never })
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`)
  );
}

/** Walks through screens, looks at each, and keeps a picture of it. */
async function look(
  desk: Desk,
  screens: readonly Screen[],
  colorScheme: string,
): Promise<void> {
  const found: string[] = [];
  for (const { name, show } of screens) {
    await show(desk);
    found.push(...(await violations(desk)).map((one) => `${name}: ${one}`));
    const path = join(ARTIFACTS, `${name}-${colorScheme}.png`);
    await desk.page.screenshot({ path });
  }
  assertEquals(found, []);
}

for (const colorScheme of ["dark", "light"] as const) {
  test(`every screen is accessible in the ${colorScheme} theme`, async () => {
    await using desk = await Desk.open({ context: { colorScheme } });
    await look(desk, SCREENS, colorScheme);
  });

  test(`every screen of terminals is accessible in the ${colorScheme} theme`, async () => {
    await using home = new ShellHome([
      "src/hypivisor",
      "src/hyper-pi",
      "src/docs-hypertext",
      "src/broken",
    ]);
    const env = { ...home.env, PATH: standInForPi(home) };
    await using desk = await Desk.open({
      hypivisor: { env },
      context: { colorScheme },
    });
    await look(desk, TERMINAL_SCREENS, colorScheme);
  });

  test(`every screen of services is accessible in the ${colorScheme} theme`, async () => {
    using files = shopFiles();
    await using desk = await Desk.open({
      hypivisor: { env: files.env },
      context: { colorScheme },
    });
    await look(desk, SERVICE_SCREENS, colorScheme);
  });
}
