/** Where the reader was in each conversation, for as long as the tab lives. */

import type { NodeId } from "../server/protocol/node.ts";
import type { ScrollPlace } from "./transcript/pending.ts";

/** Far more conversations than one sitting sees. */
const MAX_REMEMBERED = 200;

const places = new Map<NodeId, ScrollPlace>();

export function rememberScroll(node: NodeId) {
  return {
    load: () => places.get(node),
    save(place: ScrollPlace): void {
      places.delete(node);
      places.set(node, place);
      const [oldest] = places.keys();
      if (places.size > MAX_REMEMBERED && oldest) places.delete(oldest);
    },
  };
}
