/**
 * What is done to services that are there: one, some or all of them at once.
 *
 * Each is answered for itself: what could be done is listed, what could not is
 * told with its reason, and nobody waits for a service but who named it.
 */

import { HypivisorError } from "../../errors.ts";
import type {
  ServiceChoice,
  ServiceMethods,
  ServiceName,
  ServiceRecord,
  ServiceRefusal,
} from "../../protocol/service.ts";
import { isUp, type Phase } from "./life/phase.ts";
import { isUpcoming } from "./order.ts";
import { Service } from "./service.ts";
import type { Services } from "./services.ts";

interface Chosen {
  readonly services: readonly Service[];
  readonly refused: ServiceRefusal[];
}

type ResultOf<M extends keyof ServiceMethods> = ServiceMethods[M]["result"];

export async function startServices(
  services: Services,
  choice: ServiceChoice,
): Promise<ResultOf<"services_start">> {
  const { services: chosen, refused } = choose(services, choice);
  if (services.isLeaving) return { ...NOTHING, refused: leaving(chosen) };
  const up = new Set(chosen.filter(({ phase }) => isUp(phase)));
  services.order.start(chosen.filter((one) => !up.has(one)), "person");
  const outcomes = await Promise.all(chosen.map(outcomeOf));
  const isFine = (_: Service, i: number) => outcomes[i] === undefined;
  const fine = chosen.filter(isFine);
  return {
    started: namesOf(fine.filter((one) => !up.has(one))),
    alreadyRunning: namesOf(fine.filter((one) => up.has(one))),
    refused: byName([...refused, ...found(outcomes)]),
  };
}

export async function stopServices(
  services: Services,
  { now: isNow = false, ...choice }: ServiceChoice & { now?: boolean },
): Promise<ResultOf<"services_stop">> {
  const { services: chosen, refused } = choose(services, choice);
  const running = chosen.filter((one) => !isDown(one.phase));
  const idle = chosen.filter((one) => !running.includes(one));
  // Of one that never had a good file nothing runs, which is what is wanted.
  const isInvalid = ({ kind }: ServiceRefusal) => kind === "config_invalid";
  const invalid = refused.filter(isInvalid).map(({ name }) => name);
  for (const service of idle) service.stop("asked");
  await services.order.stop(running, (service) => {
    service.stop("asked", isNow);
    return untilEnded(service);
  });
  return {
    stopped: namesOf(running),
    notRunning: [...namesOf(idle), ...invalid as ServiceName[]].sort(),
    refused: byName(refused.filter((one) => !isInvalid(one))),
  };
}

export async function restartServices(
  services: Services,
  { now: isNow = false, ...choice }: ServiceChoice & { now?: boolean },
): Promise<ResultOf<"services_restart">> {
  const { services: chosen, refused } = choose(services, choice);
  if (services.isLeaving) return { restarted: [], refused: leaving(chosen) };
  for (const service of chosen) service.restart(isNow);
  const outcomes = await Promise.all(chosen.map(outcomeOf));
  const fine = chosen.filter((_, i) => outcomes[i] === undefined);
  return {
    restarted: namesOf(fine),
    refused: byName([...refused, ...found(outcomes)]),
  };
}

/**
 * Someone uses it: one that is lazy is started. Resolves when it runs.
 *
 * @throws {HypivisorError} `not_found`, `conflict` if it was stopped by hand,
 * `unavailable` if it does not come up.
 */
export async function touchService(
  services: Services,
  name: string,
): Promise<ServiceRecord> {
  const service = findService(services, name);
  service.use();
  if (!isUp(service.phase)) {
    if (services.isLeaving || service.desired === "down") {
      throw new HypivisorError(
        "conflict",
        `Cannot use "${name}": it is stopped`,
      );
    }
    service.start("use");
  }
  const refusal = await outcomeOf(service);
  if (!refusal) return service.record();
  throw new HypivisorError("unavailable", refusal.message);
}

/** Stops all that is not to outlive the daemon. */
export async function leave(
  services: Services,
  isNow: boolean,
): Promise<ServiceName[]> {
  const leaving = services.leave();
  await services.order.stop(leaving, (service) => {
    service.stop("leaving", isNow);
    return untilEnded(service);
  });
  services.letGo();
  return namesOf(leaving);
}

/** Stops everything; with `isNow` without a grace. */
export async function stopAll(services: Services, isNow: boolean) {
  services.leave();
  const busy = [...services.all(), ...services.departing()]
    .filter((one) => !isDown(one.phase));
  await services.order.stop(busy, (service) => {
    service.stop("leaving", isNow);
    return untilEnded(service);
  });
}

/** @throws {HypivisorError} `not_found`, in the original's words. */
export function findService(services: Services, name: string): Service {
  const found = services.find(name);
  if (found instanceof Service) return found;
  if (!found) throw new HypivisorError("not_found", noSuch(name));
  const [fault] = found.faults;
  throw new HypivisorError(
    "conflict",
    `Cannot use "${name}": ${fault?.message ?? "its file is invalid"}`,
  );
}

function choose(services: Services, choice: ServiceChoice): Chosen {
  const names = "all" in choice ? services.names() : [...new Set(choice.names)];
  const refused: ServiceRefusal[] = [];
  const chosen: Service[] = [];
  for (const name of names as ServiceName[]) {
    const found = services.find(name);
    if (found instanceof Service) chosen.push(found);
    else if (!found) {
      refused.push({ name, kind: "no_such_service", message: noSuch(name) });
    } else {
      const message = found.faults.map((one) => one.message).join("\n");
      refused.push({ name, kind: "config_invalid", message });
    }
  }
  chosen.sort((a, b) => a.name < b.name ? -1 : 1);
  return { services: chosen, refused };
}

/** Resolves when a start has succeeded, to undefined, or has failed. */
function outcomeOf(service: Service): Promise<ServiceRefusal | undefined> {
  return service.until((phase) => {
    if (phase.kind === "running") return { refusal: undefined };
    if (isUpcoming(phase)) return undefined;
    const { kind, message } = service.failure;
    return { refusal: { name: service.name, kind, message } };
  }).then(({ refusal }) => refusal);
}

/**
 * Resolves when what was told to end is gone. Somebody else may have wanted it
 * up again meanwhile: then it never is down, and was stopped all the same.
 */
function untilEnded(service: Service): Promise<void> {
  return service.until(({ kind }) => kind !== "ending" || undefined)
    .then(() => {});
}

function isDown(phase: Phase): boolean {
  return phase.kind === "stopped" || phase.kind === "failed";
}

const NOTHING = { started: [], alreadyRunning: [] };

function leaving(services: readonly Service[]): ServiceRefusal[] {
  const message = "the daemon is stopping";
  return services.map(({ name }) => ({ name, kind: "leaving", message }));
}

function noSuch(name: string): string {
  return `no such server \`${name}\``;
}

function namesOf(services: readonly Service[]): ServiceName[] {
  return services.map(({ name }) => name);
}

function found(
  outcomes: readonly (ServiceRefusal | undefined)[],
): ServiceRefusal[] {
  return outcomes.filter((one) => one !== undefined);
}

function byName(refused: readonly ServiceRefusal[]): ServiceRefusal[] {
  return refused.toSorted((a, b) => a.name < b.name ? -1 : 1);
}
