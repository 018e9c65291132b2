import { expect, test } from "bun:test";
import type { ServiceName, ServiceRecord } from "../protocol/service.ts";
import { Services } from "./services.ts";

const record = (name: string, starts: number) =>
  ({ name, starts }) as unknown as ServiceRecord;

test("Services.takeOver() leaves what is newer than the list", () => {
  const services = new Services();
  services.set(record("gone", 1));
  services.set(record("old", 1));
  services.set(record("new", 2));
  const told = new Set(["new"] as ServiceName[]);

  services.takeOver([record("old", 3), record("new", 1)], told);

  expect(services.list()).toEqual([record("new", 2), record("old", 3)]);
});
