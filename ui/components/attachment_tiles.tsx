import type { AttachedFile } from "../models/attachments.ts";
import { sayBytes } from "../words.ts";
import { Icon } from "./icon.tsx";
import { IconButton } from "./icon_button.tsx";

interface AttachmentTilesProps {
  files: readonly AttachedFile[];
  problem: string | undefined;
  onRemove: (key: number) => void;
}

/** Images the browser itself can be trusted to draw from bytes. */
const SHOWN = /^image\/(?:png|jpeg|gif|webp)$/;

/** The files that go with the next message. */
export function AttachmentTiles(
  { files, problem, onRemove }: AttachmentTilesProps,
) {
  if (files.length === 0 && problem === undefined) return null;
  return (
    <div class="tiles">
      <ul aria-label="Attached files">
        {files.map(({ key, name, mimeType, data, bytes }) => (
          <li key={key} class="tile">
            {SHOWN.test(mimeType)
              ? <img src={`data:${mimeType};base64,${data}`} alt="" />
              : <Icon name="file" />}
            <span class="tile-name" title={name}>{name}</span>
            <span class="tile-size">{sayBytes(bytes)}</span>
            <IconButton
              icon="x"
              size={12}
              label={`Remove ${name}`}
              onClick={() =>
                onRemove(key)}
            />
          </li>
        ))}
      </ul>
      {problem !== undefined && (
        <p class="tiles-problem" role="alert">{problem}</p>
      )}
    </div>
  );
}
