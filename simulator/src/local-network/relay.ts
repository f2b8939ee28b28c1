/** The broker of the network on this machine: relay of challenges, meeting place of the router. */
import { type Broker, type Clock, type Log, type Metrics, startBroker } from "@katydid/platform";
import { type Address, mayPublish, maySubscribe, verifyLoginToken } from "@katydid/protocol";
import type { MqttAuthorizer, Owner } from "@katydid/router";

type User =
  | { readonly kind: "participant"; readonly address: Address }
  | { readonly kind: "owner"; readonly owner: Owner };

export interface RelayOptions {
  readonly port: number;
  readonly chainId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Of the router that owners of devices read their events from; none yet: they must wait. */
  readonly owners: () => MqttAuthorizer | undefined;
}

/**
 * Hotspots and routers log in with their address and a token signed by their key, owners of devices
 * with their id and token; each sees its own topics. Throws Fault `port-taken`.
 */
export function startRelay(options: RelayOptions): Promise<Broker> {
  const { port, chainId, clock, log, metrics, owners } = options;
  return startBroker<User>({
    ...{ port, clock, log, metrics },
    authenticate: ({ username, password }) => {
      const token = verifyLoginToken({ token: password, chainId, now: clock.now() });
      if (token.outcome === "valid" && token.address === username) {
        return { kind: "participant", address: token.address };
      }
      const owner = owners()?.authenticate({ username, password });
      return owner === undefined ? undefined : { kind: "owner", owner };
    },
    authorizePublish: (user, topic) =>
      user.kind === "participant"
        ? mayPublish({ self: user.address, topic })
        : (owners()?.authorizePublish(user.owner, topic) ?? false),
    authorizeSubscribe: (user, filter) =>
      user.kind === "participant"
        ? maySubscribe({ self: user.address, filter })
        : (owners()?.authorizeSubscribe(user.owner, filter) ?? false),
    authorizeForward: (user, topic) =>
      user.kind === "participant" || (owners()?.authorizeForward(user.owner, topic) ?? false),
  });
}
