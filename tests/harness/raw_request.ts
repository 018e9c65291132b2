/** One HTTP request by hand, with just the headers that are given. */

import { RawSocket } from "./raw_socket.ts";

import { until } from "./until.ts";

/** Sends one request by hand, with just these headers. */
export async function rawRequest(
  port: number,
  request: string,
): Promise<{ status: number; text: string }> {
  await using socket = await RawSocket.open(port);
  socket.write(request);
  await socket.until("\r\n\r\n");
  await until(() => socket.isClosed || isWhole(socket.text));
  return { status: Number(socket.text.split(" ")[1]), text: socket.text };
}

function isWhole(text: string): boolean {
  const [head = "", body = ""] = text.split("\r\n\r\n", 2);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  return length === undefined || Buffer.byteLength(body) >= Number(length);
}
