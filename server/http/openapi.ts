/** Describes the API as OpenAPI 3.1, from the table of routes and the readers. */

import type { Schema } from "../read.ts";
import { methodReaders } from "../rpc/methods.ts";
import { API_ROUTES, type ApiRoute } from "./api.ts";

const ERROR: Schema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: { code: { type: "string" }, message: { type: "string" } },
      required: ["code", "message"],
    },
  },
  required: ["error"],
};

/** The document at `/api/openapi.json`. */
export function describeApi(version: string): Schema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of API_ROUTES) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[route.verb] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Hypivisor",
      version,
      description: "Every running pi, to be listed, read, prompted and stopped",
    },
    paths,
    components: {
      schemas: { Error: ERROR },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        token: { type: "apiKey", in: "query", name: "token" },
      },
    },
    security: [{ bearer: [] }, { token: [] }],
  };
}

function operation(route: ApiRoute): Schema {
  const { properties = {}, required = [] } = methodReaders[route.method]
    .schema as {
      properties?: Record<string, Schema>;
      required?: readonly string[];
    };
  const named = Object.entries(route.params);
  const body = named.filter(([, place]) => place === "body");
  const parameters = named.filter(([, place]) => place !== "body")
    .map(([name, place]) => ({
      name,
      in: place,
      required: place === "path" || required.includes(name),
      schema: properties[name] ?? {},
    }));
  const mandatory = body.map(([name]) => name)
    .filter((name) => required.includes(name));
  const content = {
    "application/json": {
      schema: {
        type: "object",
        properties: Object.fromEntries(
          body.map(([name]) => [name, properties[name] ?? {}]),
        ),
        ...(mandatory.length > 0 ? { required: mandatory } : {}),
      },
    },
  };
  return {
    operationId: operationId(route),
    summary: route.summary,
    parameters,
    ...(body.length > 0
      ? { requestBody: { required: mandatory.length > 0, content } }
      : {}),
    responses: {
      [route.status ?? 200]: {
        description: route.status === 202 ? "Handed to the agent" : "Done",
        content: { "application/json": { schema: {} } },
      },
      default: {
        description: "Why not",
        content: {
          "application/json": {
            schema: { $ref: "#/components/schemas/Error" },
          },
        },
      },
    },
  };
}

/** Two routes may share a method; the last part of the path tells them apart. */
function operationId({ verb, path }: ApiRoute): string {
  return verb + path.replace("/api", "")
    .replace(/[/:](\w)/g, (_, letter: string) => letter.toUpperCase())
    .replaceAll(/\W/g, "");
}
