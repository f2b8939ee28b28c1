/** Datagrams as an argument: packet forwarders speak UDP (GWMP). */
import { createSocket, type Socket } from "node:dgram";
import { Fault } from "./fault.ts";

/** A bound socket. What arrives before `onMessage` is called is lost, as datagrams may be. */
export interface UdpSocket extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Sent or lost: a datagram's fate is not known. */
  send(payload: Uint8Array, to: UdpPeer): void;
  /** One handler; a second replaces the first. */
  onMessage(handler: (payload: Uint8Array, from: UdpPeer) => void): void;
}

export interface UdpPeer {
  readonly host: string;
  readonly port: number;
}

export interface Udp {
  /** `port` 0: any free one. Throws Fault "port-taken" or "udp-bind-failed". */
  bind(at: UdpPeer): Promise<UdpSocket>;
}

export const realUdp: Udp = {
  bind: ({ host, port }) =>
    new Promise((resolve, reject) => {
      const socket = createSocket({ type: host.includes(":") ? "udp6" : "udp4" });
      const refused = (cause: NodeJS.ErrnoException) => reject(bindFault(cause, { host, port }));
      socket.once("error", refused);
      socket.bind({ address: host, port, exclusive: true }, () => {
        socket.off("error", refused);
        resolve(boundSocket(socket));
      });
    }),
};

function boundSocket(socket: Socket): UdpSocket {
  let open = true;
  let handler: ((payload: Uint8Array, from: UdpPeer) => void) | undefined;
  socket.on("message", (payload, from) => {
    handler?.(new Uint8Array(payload), { host: from.address, port: from.port });
  });
  // An unreachable peer (ICMP) surfaces here; to UDP that is a lost datagram.
  socket.on("error", () => {});
  const { address, port } = socket.address();
  return {
    host: address,
    port,
    send: (payload, to) => {
      if (open) socket.send(payload, to.port, to.host, () => {});
    },
    onMessage: (next) => {
      handler = next;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        if (!open) return resolve();
        open = false;
        socket.close(() => resolve());
      }),
  };
}

function bindFault(cause: NodeJS.ErrnoException, { host, port }: UdpPeer): Fault {
  if (cause.code === "EADDRINUSE") {
    return new Fault(
      {
        code: "port-taken",
        advice: `UDP port ${port} on ${host} is taken: stop what uses it or choose another port`,
        host,
        port,
      },
      { cause },
    );
  }
  return new Fault(
    {
      code: "udp-bind-failed",
      advice: `cannot bind UDP ${host}:${port}: ${cause.message}`,
      host,
      port,
    },
    { cause },
  );
}
