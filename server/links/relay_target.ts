/**
 * Where an agent of the original can be reached: on the host it registered
 * from, and nowhere else.
 *
 * The name it gives for its machine is not looked up: it may not resolve here,
 * and whoever registers could make the daemon dial any host by it.
 */

export function relayTargets(peer: string, port: number): string[] {
  if (port === 0) return [];
  const address = peer.replace(/^::ffff:/, "");
  if (address === "::1" || address.startsWith("127.")) {
    return [`ws://127.0.0.1:${port}/`, `ws://[::1]:${port}/`];
  }
  return [
    address.includes(":")
      ? `ws://[${address}]:${port}/`
      : `ws://${address}:${port}/`,
  ];
}
