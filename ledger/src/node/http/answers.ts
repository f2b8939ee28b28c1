/** What the routes share: parameters, pages, and answers that are not there. */
import { type HttpReply, sendProblem } from "@katydid/platform";
import { type Address, parseAddress } from "@katydid/protocol";
import type { PageQuery } from "../../client/client.ts";
import type { JsonSchema } from "../../client/wire.ts";
import { PAGE_LIMIT_MAX } from "../page.ts";

/** Query parameters of a page. */
export const pageQuery: Readonly<Record<string, JsonSchema>> = {
  cursor: { type: "string", maxLength: 400, description: "`cursor` of the page before" },
  limit: { type: "integer", minimum: 1, maximum: PAGE_LIMIT_MAX },
};

export interface PageParameters {
  readonly cursor?: string;
  readonly limit?: number;
}

export function pageOfQuery({ cursor, limit }: PageParameters): PageQuery {
  return { ...(cursor !== undefined && { cursor }), ...(limit !== undefined && { limit }) };
}

/** Path parameters, all required text. */
export function pathOf(...names: readonly string[]): JsonSchema {
  const properties = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));
  return { type: "object", properties, required: names };
}

export function queryOf(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: "object", properties, additionalProperties: false };
}

/** Path parameters that are whole numbers of at most 32 bits. */
export function numbersOf(...names: readonly string[]): JsonSchema {
  const number: JsonSchema = { type: "integer", minimum: 0, maximum: 0xffff_ffff };
  const properties = Object.fromEntries(names.map((name) => [name, number]));
  return { type: "object", properties, required: names };
}

export function notFound(reply: HttpReply, what: string): HttpReply {
  return sendProblem(reply, { status: 404, code: "not-found", detail: `there is no such ${what}` });
}

/** The address of a path, or undefined once the reply says that it is none. */
export function addressOr400(text: string, reply: HttpReply): Address | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  const detail = "not an address: check for a typing error";
  sendProblem(reply, { status: 400, code: "address-malformed", detail });
  return undefined;
}
