interface KbdProps {
  /** As `sayKeys` writes them: `⌘K`, `Alt ↵`. */
  keys: string;
}

/** A key as it is printed on a keyboard. */
export function Kbd({ keys }: KbdProps) {
  return <kbd class="kbd">{keys}</kbd>;
}
