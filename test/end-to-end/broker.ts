/** The broker of an end-to-end test, with the logins and rights of a real one. */
import { type Broker, type Clock, type Log, type Metrics, startBroker } from "@katydid/platform";
import { type Address, mayPublish, maySubscribe, verifyLoginToken } from "@katydid/protocol";
import type { MqttAuthorizer, Owner } from "@katydid/router";

type User =
  | { readonly kind: "participant"; readonly address: Address }
  | { readonly kind: "owner"; readonly owner: Owner; readonly mqtt: MqttAuthorizer };

const EVENT = /^application\/[^/]+\/device\/[0-9a-f]{16}\/event\/[a-z]+$/;
const COMMANDS = "application/+/device/+/command/down";

export function startTestBroker(options: {
  readonly chainId: string;
  /** It also hands out events to owners and takes their commands. */
  readonly router: Address;
  readonly owners: () => MqttAuthorizer | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}): Promise<Broker> {
  const { chainId, router, owners, clock, log, metrics } = options;
  const isRouter = (user: User) => user.kind === "participant" && user.address === router;
  return startBroker<User>({
    ...{ port: 0, clock, log, metrics },
    authenticate: ({ username, password }) => {
      const mqtt = owners();
      const owner = mqtt?.authenticate({ username, password });
      if (mqtt !== undefined && owner !== undefined) return { kind: "owner", owner, mqtt };
      const login = verifyLoginToken({ token: password, chainId, now: clock.now() });
      if (login.outcome === "refused" || login.address !== username) return undefined;
      return { kind: "participant", address: login.address };
    },
    authorizePublish: (user, topic) => {
      if (user.kind === "owner") return user.mqtt.authorizePublish(user.owner, topic);
      if (isRouter(user) && EVENT.test(topic)) return true;
      return mayPublish({ self: user.address, topic });
    },
    authorizeSubscribe: (user, filter) => {
      if (user.kind === "owner") return user.mqtt.authorizeSubscribe(user.owner, filter);
      if (isRouter(user) && filter === COMMANDS) return true;
      return maySubscribe({ self: user.address, filter });
    },
    authorizeForward: (user, topic) =>
      user.kind === "participant" || user.mqtt.authorizeForward(user.owner, topic),
  });
}
