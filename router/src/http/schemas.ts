/** JSON schemas of the router's API: they check requests and make its OpenAPI document. */
import { problemSchema } from "@katydid/platform";
import { codecNames } from "../device.ts";
import { DOWNLINK_BYTES_MAX, FPORT_MAX } from "../events/down-command.ts";
import { NB_TRANS_MAX, WEBHOOKS_PER_APPLICATION_MAX } from "../limits.ts";

const text = (maxLength: number) => ({ type: "string", minLength: 1, maxLength }) as const;
const hex = (digits: number) =>
  ({ type: "string", pattern: `^[0-9a-fA-F]{${digits}}$`, minLength: digits }) as const;
const number = { type: "number" } as const;
const integer = { type: "integer" } as const;
const string = { type: "string" } as const;

export const PAGE_LIMIT_MAX = 1000;
export const NAME_LENGTH_MAX = 100;

export const object = <P extends object>(properties: P, required?: readonly (keyof P)[]) =>
  ({
    type: "object",
    additionalProperties: false,
    required: required ?? Object.keys(properties),
    properties,
  }) as const;

export const items = (schema: object) =>
  object({ items: { type: "array", items: schema }, cursor: string }, ["items"]);

export const fixSchema = object(
  {
    latitude: number,
    longitude: number,
    altitude: number,
    accuracyMeters: number,
    /** When the device was there, ms since 1970. */
    at: number,
    ageMs: number,
    rssiDbm: number,
    hotspot: string,
  },
  ["latitude", "longitude", "at"],
);

export const deviceSchema = object(
  {
    devEui: string,
    joinEui: string,
    name: string,
    kind: string,
    codec: string,
    applicationId: string,
    activation: string,
    devAddr: string,
    maxCopies: integer,
    nbTrans: integer,
    tags: { type: "object", additionalProperties: string },
    addedAt: number,
    lastSeenAt: number,
    lastFix: fixSchema,
    batteryVolts: number,
    batteryPercent: integer,
    packets: integer,
    /** Decimal, since amounts may be large. */
    spentDc: string,
    hotspots: {
      type: "array",
      items: object({
        hotspot: string,
        name: string,
        rssiDbm: number,
        snrDb: number,
        at: number,
      }),
    },
    queueLength: integer,
  },
  ["devEui", "name", "kind", "packets", "spentDc"],
);

export const keysSchema = {
  type: "object",
  additionalProperties: false,
  required: ["kind"],
  properties: { kind: string, appKey: string, devAddr: string, nwkSKey: string, appSKey: string },
} as const;

const changeable = {
  name: text(NAME_LENGTH_MAX),
  kind: text(32),
  codec: { type: "string", enum: codecNames },
  maxCopies: { type: "integer", minimum: 1 },
  nbTrans: { type: "integer", minimum: 1, maximum: NB_TRANS_MAX },
  tags: { type: "object", additionalProperties: { type: "string", maxLength: 256 } },
} as const;

export const newDeviceSchema = object(
  {
    ...changeable,
    applicationId: text(36),
    devEui: hex(16),
    joinEui: hex(16),
    activation: {
      oneOf: [
        object({ kind: { const: "otaa" }, appKey: hex(32) }, ["kind"]),
        object({ kind: { const: "abp" }, devAddr: hex(8), nwkSKey: hex(32), appSKey: hex(32) }, [
          "kind",
        ]),
      ],
    },
  },
  ["name", "activation"],
);
export const deviceChangesSchema = object(changeable, []);

export const queueItemSchema = object(
  { id: string, confirmed: { type: "boolean" }, fPort: integer, data: string, expiresAt: number },
  ["id", "confirmed", "fPort", "data"],
);
export const newQueueItemSchema = object(
  {
    id: text(64),
    confirmed: { type: "boolean" },
    fPort: { type: "integer", minimum: 1, maximum: FPORT_MAX },
    /** base64. */
    data: {
      type: "string",
      pattern: "^[A-Za-z0-9+/]*={0,2}$",
      maxLength: Math.ceil(DOWNLINK_BYTES_MAX / 3) * 4,
    },
    expiresAt: { type: "string", format: "date-time" },
  },
  ["fPort", "data"],
);

export const applicationSchema = object({
  id: string,
  name: string,
  webhooks: { type: "array", items: string },
});
export const newNameSchema = object({ name: text(NAME_LENGTH_MAX) });
export const webhooksSchema = object({
  urls: {
    type: "array",
    maxItems: WEBHOOKS_PER_APPLICATION_MAX,
    items: { type: "string", pattern: "^https?://", maxLength: 512 },
  },
});

export const ownerSchema = object({ id: string, name: string, role: string, token: string }, [
  "id",
  "name",
  "role",
]);

export const devEuiParams = object({ devEui: hex(16) });
export const idParams = object({ id: text(36) });
export const pageQuery = object(
  { cursor: hex(16), limit: { type: "integer", minimum: 1, maximum: PAGE_LIMIT_MAX } },
  [],
);
export const trailQuery = object(
  {
    /** ms since 1970. */
    since: { type: "number", minimum: 0 },
    limit: { type: "integer", minimum: 1, maximum: PAGE_LIMIT_MAX },
  },
  [],
);

const spendFields = { boughtDc: string, vouchedDc: string, packets: integer } as const;
export const spendSchema = object(
  {
    /** Of the devices of whoever asks. */
    spentDc: string,
    packets: integer,
    /** For the router's operator only, as is the next. */
    problems: { type: "array", items: string },
    channels: {
      type: "array",
      items: object({
        channel: string,
        state: string,
        depositDc: string,
        leftDc: string,
        expiresAt: number,
        ...spendFields,
        hotspots: { type: "array", items: object({ hotspot: string, ...spendFields }) },
      }),
    },
  },
  ["spentDc", "packets"],
);

/** Answers that any route may give. */
export const problems = { "4xx": problemSchema, "5xx": problemSchema } as const;
