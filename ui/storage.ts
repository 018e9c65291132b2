/**
 * What this browser remembers, as models see it: texts under names.
 *
 * Storage may be full or forbidden; then the page works and forgets.
 */

export interface Storage {
  get(key: string): string | undefined;
  set(key: string, text: string): void;
  remove(key: string): void;
  keys(prefix: string): string[];
}

const PREFIX = "hypi:";

/** `localStorage`, or nothing where the browser forbids it. */
export const browserStorage: Storage = {
  get(key) {
    try {
      return localStorage.getItem(PREFIX + key) ?? undefined;
    } catch {
      return undefined; // Forbidden: private mode or blocked cookies.
    }
  },
  set(key, text) {
    try {
      localStorage.setItem(PREFIX + key, text);
    } catch {
      // Full or forbidden: what is on screen is still there.
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(PREFIX + key);
    } catch {
      // Forbidden: then it was never written either.
    }
  },
  keys(prefix) {
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(PREFIX + prefix))
        .map((key) => key.slice(PREFIX.length));
    } catch {
      return []; // Forbidden.
    }
  },
};

/** Remembers until it is dropped; for tests. */
export class MemoryStorage implements Storage {
  readonly #texts = new Map<string, string>();

  get(key: string): string | undefined {
    return this.#texts.get(key);
  }

  set(key: string, text: string): void {
    this.#texts.set(key, text);
  }

  remove(key: string): void {
    this.#texts.delete(key);
  }

  keys(prefix: string): string[] {
    return [...this.#texts.keys()].filter((key) => key.startsWith(prefix));
  }
}

/** Reads JSON that this page once wrote; undefined if absent or spoilt. */
export function readStored<T>(
  storage: Storage,
  key: string,
  isValid: (value: unknown) => value is T,
): T | undefined {
  const text = storage.get(key);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isValid(value) ? value : undefined;
  } catch {
    return undefined; // Spoilt by hand or by an older page.
  }
}
