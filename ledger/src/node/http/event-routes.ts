/** Events as they come, resumed by Last-Event-ID. */
import { type HttpServer, sendEvents, sendProblem } from "@katydid/platform";
import type { LedgerEvent, WatchOptions } from "../../client/client.ts";
import { eventToWire, parseSequence } from "../../client/events.ts";
import { eventSchemas } from "../../client/schemas.ts";
import type { LedgerNode } from "../ledger-node.ts";
import { queryOf } from "./answers.ts";

/** Subjects of one stream. */
const SUBJECTS_MAX = 256;
/** Tells a client where it stands before the first event, so that it can resume from there. */
const POSITION_EVENT = "position";

interface EventQuery {
  readonly subjects?: string;
  readonly kinds?: string;
  readonly lastEventId?: string;
}

export function eventRoutes(server: HttpServer, node: LedgerNode): void {
  const querystring = queryOf({
    subjects: { type: "string", description: "addresses or payload keys, by commas" },
    kinds: { type: "string", description: Object.keys(eventSchemas).join(", ") },
    lastEventId: { type: "string", description: "as the header Last-Event-ID" },
  });
  const summary = "Events as they come (text/event-stream)";
  server.get<{ Querystring: EventQuery }>(
    "/events",
    { schema: { summary, tags: ["events"], querystring } },
    async (request, reply) => {
      const options = watchOf(request.query);
      if (options === undefined) {
        const detail = `kinds are ${Object.keys(eventSchemas).join(", ")}; at most ${SUBJECTS_MAX} subjects`;
        return sendProblem(reply, { status: 400, code: "invalid", detail });
      }
      return sendEvents({
        request,
        reply,
        clock: node.clock,
        source: (send, lastEventId) => {
          const known = lastEventId !== undefined && parseSequence(lastEventId) !== undefined;
          if (!known) send({ id: node.sequence, event: POSITION_EVENT, data: {} });
          const after = known ? { after: lastEventId } : {};
          const watch = node.watch({ ...options, ...after }, (event) => {
            const sent = send({
              id: event.sequence,
              event: event.kind,
              data: eventToWire(event),
            });
            if (sent === "closed") watch.cancel();
          });
          return watch;
        },
      });
    },
  );
}

/** undefined: a kind that is none, or too many subjects. */
function watchOf({ subjects, kinds }: EventQuery): WatchOptions | undefined {
  const subjectList = subjects?.split(",").filter((subject) => subject !== "");
  const kindList = kinds?.split(",").filter((kind) => kind !== "");
  if ((subjectList?.length ?? 0) > SUBJECTS_MAX) return undefined;
  if (kindList?.some((kind) => eventSchemas[kind] === undefined)) return undefined;
  return {
    ...(subjectList && { subjects: subjectList }),
    ...(kindList && { kinds: kindList as LedgerEvent["kind"][] }),
  };
}
