/** Live events of the asker's devices: ChirpStack's JSON as Server-Sent Events. */
import { type HttpServer, sendEvents } from "@katydid/platform";
import type { Router } from "../contract.ts";
import { chirpstackEvent } from "../events/chirpstack-json.ts";
import type { KeptEvent } from "../events/event-hub.ts";
import { ownerOf } from "./auth.ts";

export function eventRoutes(scope: HttpServer, router: Router): void {
  scope.get(
    "/events",
    {
      schema: {
        summary: "Events as they happen; resumes by Last-Event-ID while the router runs",
        produces: ["text/event-stream"],
      },
    },
    async (request, reply) => {
      const owner = ownerOf(request);
      const isMine = ({ event }: KeptEvent) =>
        router.owners.application(event.device.applicationId)?.ownerId === owner.id;
      return sendEvents({
        request,
        reply,
        clock: router.clock,
        source: (send, lastEventId) => {
          const show = ({ number, event }: KeptEvent) =>
            send({
              id: String(number),
              event: event.kind,
              data: chirpstackEvent(event, router.namesOf(event)),
            });
          const last = lastEventId === undefined ? undefined : Number(lastEventId);
          if (last !== undefined) router.events.after(last).filter(isMine).forEach(show);
          return router.events.on((kept) => {
            // A token that was renewed ends what was opened with it.
            if (router.owners.owner(owner.id) !== owner) return;
            if (isMine(kept)) show(kept);
          });
        },
      });
    },
  );
}
