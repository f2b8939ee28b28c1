/**
 * Members tell each other what they hear, and all of them send it: of the copies that a router buys,
 * first come, more are the gang's, also of packets that only one of them or a rival beside it heard.
 * No rule is against it: a router pays for copies, and cannot see who heard them.
 */
import type { ReceivedFrame } from "@katydid/firmware";
import { BoundedMap, milliseconds, parseFrame, toHex } from "@katydid/protocol";
import type { Gang, Scheme, Strategy } from "../strategy.ts";
import { WrappedConcentrator } from "../wrappers/wrapped-concentrator.ts";

/** Between two homes, ms. */
const INTERNET_MS = 20;
/** Frames that a member has sent. */
const SENT_MAX = 1024;

export const copyStuffing: Strategy = {
  name: "copy-stuffing",
  title: "Hotspots that all send what one of them heard",
  attack: "payment",
  gang: "hotspots",
  scheme,
};

interface Seat {
  readonly radio: WrappedConcentrator;
  readonly sent: BoundedMap<string, true>;
}

function scheme({ world }: Pick<Gang, "world">): Scheme {
  const { clock } = world;
  const seats: Seat[] = [];
  const tell = (frame: ReceivedFrame, by: Seat) => {
    const name = toHex(frame.payload);
    clock.after(INTERNET_MS, () => {
      for (const seat of seats) {
        if (seat === by || seat.sent.get(name) === true) continue;
        seat.sent.set(name, true);
        seat.radio.inject({ ...frame, receivedAt: milliseconds(Math.floor(clock.now())) });
      }
    });
  };
  return {
    wrapAgent: (parts) => {
      const sent = new BoundedMap<string, true>(SENT_MAX);
      const radio = new WrappedConcentrator(parts.concentrator, {
        hear: (frame) => {
          if (frame.crc !== "ok" || parseFrame(frame.payload).kind !== "data-up") return frame;
          const name = toHex(frame.payload);
          if (sent.get(name) === true) return undefined;
          sent.set(name, true);
          tell(frame, seat);
          return frame;
        },
      });
      const seat: Seat = { radio, sent };
      seats.push(seat);
      return { ...parts, concentrator: radio };
    },
  };
}
