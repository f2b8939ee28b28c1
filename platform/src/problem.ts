/** Errors of HTTP interfaces: RFC 9457 `application/problem+json`. */
import type { FastifyReply } from "fastify";

export interface Problem {
  readonly status: number;
  /** The refusal's reason or the fault's code: for programs. */
  readonly code: string;
  /** For people. */
  readonly detail?: string;
  /** Numbers that belong to it. */
  readonly [field: string]: unknown;
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  421: "Misdirected request",
  422: "Refused",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
};

export const PROBLEM_TYPE = "application/problem+json";

/** JSON schema of a problem, for `response` of a route. */
export const problemSchema = {
  type: "object",
  additionalProperties: true,
  required: ["type", "title", "status", "code"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string" },
    detail: { type: "string" },
  },
} as const;

/** Answers with a problem. `type` is `about:blank` (RFC 9457 §4.2.1): `code` tells them apart. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const title = TITLES[problem.status] ?? "Error";
  const body = JSON.stringify({ type: "about:blank", title, ...problem }, (_key, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  // Serialised here, so that no route's response schema drops a field.
  return reply.code(problem.status).type(PROBLEM_TYPE).serializer(String).send(body);
}
