/** The page before the first agent: how to get one, and that it is awaited. */

import { CopyLine } from "../components/copy_line.tsx";
import { Icon } from "../components/icon.tsx";
import { Kbd } from "../components/kbd.tsx";
import type { Page } from "../page.ts";
import { LinkBanner } from "./link_banner.tsx";

interface FirstRunProps {
  page: Page;
}

export function FirstRun({ page }: FirstRunProps) {
  const server = page.nodes.server.value;
  const startsHere = page.nodes.hasTerminals.value;
  return (
    <main class="first-run" id="stage">
      <LinkBanner page={page} link={page.registry} />
      <div class="first-run-body">
        <header>
          <span class="logo" data-size="large" aria-hidden="true">π</span>
          <div>
            <h1>No agents yet{server ? ` on ${server.machine}` : ""}</h1>
            <p>
              {startsHere ? "Start one here, or open" : "Open"}{" "}
              pi in any terminal and it appears here by itself.
            </p>
          </div>
        </header>
        <div class="first-run-steps">
          {startsHere && (
            <section class="card">
              <h2>Start an agent</h2>
              <p>Pick a folder, say what you want.</p>
              <button
                type="button"
                class="button"
                data-kind="primary"
                onClick={() => page.navigation.open("spawn")}
              >
                <Icon name="plus" size={14} />
                New agent
                <Kbd keys="N" />
              </button>
            </section>
          )}
          {startsHere
            ? (
              <section class="card">
                <h2>Use your terminal</h2>
                <p>Once the extension is there, any pi appears here.</p>
                <div class="copy-lines">
                  <CopyLine text="pi install npm:pi-socket" />
                  <CopyLine text="pi" />
                </div>
              </section>
            )
            : (
              <>
                <section class="card">
                  <h2>Add the extension</h2>
                  <p>Once for each machine that runs pi.</p>
                  <CopyLine text="pi install npm:pi-socket" />
                </section>
                <section class="card">
                  <h2>Use your terminal</h2>
                  <p>Any folder, as always. Nothing is wrapped.</p>
                  <CopyLine text="pi" />
                </section>
              </>
            )}
          <section class="card">
            <h2>Open on your phone</h2>
            <p>A link that signs one device in.</p>
            <button
              type="button"
              class="button"
              onClick={() => page.navigation.open("pairing")}
            >
              Make a link
            </button>
          </section>
        </div>
        <p class="first-run-facts">
          <span class="status" data-state="starting" aria-hidden="true" />
          Waiting for the first agent
          {server ? `. hypivisor ${server.version}` : ""}
        </p>
      </div>
    </main>
  );
}
