/** Drawing by the graphics card, where there is one. A chunk of its own. */

import type { ITerminalAddon, Terminal } from "@xterm/xterm";

/**
 * Has the card draw from when its code is here; until then, without a card,
 * and after it was lost, the DOM does. Returns the undo.
 */
export function drawByGpu(terminal: Terminal): () => void {
  let addon: ITerminalAddon | undefined;
  let isWanted = hasCard();
  const stop = () => {
    isWanted = false;
    addon?.dispose();
    addon = undefined;
  };
  if (isWanted) {
    import("@xterm/addon-webgl").then(({ WebglAddon }) => {
      if (!isWanted) return;
      const webgl = new WebglAddon();
      webgl.onContextLoss(stop);
      terminal.loadAddon(webgl);
      addon = webgl;
    }).catch(stop); // No code or no context: the DOM goes on drawing.
  }
  return stop;
}

/** What Chromium, Firefox and Mesa call a card that the processor imitates. */
const IMITATED = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** A card that is only imitated is slower than the DOM. */
function hasCard(): boolean {
  const context = document.createElement("canvas").getContext("webgl2", {
    failIfMajorPerformanceCaveat: true,
  });
  if (!context) return false;
  const names = context.getExtension("WEBGL_debug_renderer_info");
  const name = names && context.getParameter(names.UNMASKED_RENDERER_WEBGL);
  // Browsers allow a page a few contexts only: this one was for asking.
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return !IMITATED.test(String(name));
}
