/**
 * Files that go with the next prompt.
 *
 * Read at once, so that a file that vanishes or a phone that forgets does not
 * matter later. Bounded by what the server takes in one prompt.
 */

import { computed, createModel, signal } from "@preact/signals";
import type { Attachment } from "../../server/protocol/command.ts";
import { sayBytes } from "../words.ts";

/** The server refuses a prompt with more; all files of one together. */
export const MAX_ATTACHED_BYTES = 10 * 1024 * 1024;

/** More tiles than this hide the composer. */
const MAX_ATTACHED_FILES = 20;

export interface AttachedFile extends Attachment {
  /** Names the tile; two files may have one name. */
  readonly key: number;
  readonly bytes: number;
}

/** What is needed of a browser's `File`. */
export interface ReadableFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export type AttachmentsModel = InstanceType<typeof AttachmentsModel>;

export const AttachmentsModel = createModel(() => {
  const files = signal<readonly AttachedFile[]>([]);
  /** Why the last file was not taken; a sentence for a person. */
  const problem = signal<string | undefined>(undefined);
  let lastKey = 0;

  return {
    files,
    problem,
    names: computed(() => files.value.map((file) => file.name)),
    async add(picked: readonly ReadableFile[]): Promise<void> {
      problem.value = undefined;
      for (const file of picked) {
        problem.value ??= whyNot(files.peek(), file);
        if (problem.peek() !== undefined) return;
        try {
          const attached: AttachedFile = {
            key: ++lastKey,
            name: file.name,
            mimeType: file.type || "application/octet-stream",
            bytes: file.size,
            data: toBase64(new Uint8Array(await file.arrayBuffer())),
          };
          files.value = [...files.peek(), attached];
        } catch {
          problem.value = `Cannot read "${file.name}"`;
        }
      }
    },
    remove(key: number): void {
      files.value = files.peek().filter((file) => file.key !== key);
      problem.value = undefined;
    },
    /** Empties the tray and returns what was in it. */
    take(): readonly Attachment[] {
      const taken = files.peek().map(({ name, mimeType, data }) => ({
        name,
        mimeType,
        data,
      }));
      files.value = [];
      problem.value = undefined;
      return taken;
    },
    say(sentence: string | undefined): void {
      problem.value = sentence;
    },
  };
});

export function whyNot(
  files: readonly AttachedFile[],
  file: ReadableFile,
): string | undefined {
  if (files.length >= MAX_ATTACHED_FILES) {
    return `Cannot attach more than ${MAX_ATTACHED_FILES} files`;
  }
  const bytes = files.reduce((sum, { bytes }) => sum + bytes, file.size);
  if (bytes <= MAX_ATTACHED_BYTES) return undefined;
  return `Cannot attach "${file.name}" (${sayBytes(file.size)}): ` +
    `files of one message may have ${sayBytes(MAX_ATTACHED_BYTES)} in all`;
}

/** Larger pieces overflow the stack of `fromCharCode`. */
const CHUNK_BYTES = 0x8000;

export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  }
  return btoa(binary);
}
