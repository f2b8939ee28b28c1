/** What every Udp does, on loopback. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "../fault.ts";
import type { Udp } from "../udp.ts";

export function udpContract(name: string, make: () => Udp): void {
  describe(`udp contract: ${name}`, () => {
    test("a datagram arrives with its sender, and can be answered", async () => {
      const udp = make();
      await using server = await udp.bind({ host: "127.0.0.1", port: 0 });
      await using client = await udp.bind({ host: "127.0.0.1", port: 0 });
      assert.notEqual(server.port, 0);
      server.onMessage((payload, from) => server.send(Uint8Array.of(...payload, 9), from));
      const answer = new Promise<Uint8Array>((resolve) => client.onMessage(resolve));
      client.send(Uint8Array.of(1, 2), { host: "127.0.0.1", port: server.port });
      assert.deepEqual(await answer, Uint8Array.of(1, 2, 9));
    });

    test("a taken port is a Fault that says so", async () => {
      const udp = make();
      await using first = await udp.bind({ host: "127.0.0.1", port: 0 });
      const again = udp.bind({ host: "127.0.0.1", port: first.port });
      await assert.rejects(again, (error) => error instanceof Fault && error.code === "port-taken");
    });

    test("sending after disposal does nothing", async () => {
      const socket = await make().bind({ host: "127.0.0.1", port: 0 });
      await socket[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
      assert.doesNotThrow(() => socket.send(Uint8Array.of(1), { host: "127.0.0.1", port: 9 }));
    });
  });
}
