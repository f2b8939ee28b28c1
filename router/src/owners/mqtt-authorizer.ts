/**
 * What owners may do on the router's broker: log in with their id and token, read the events of
 * their own applications, and send commands to their own devices.
 */
import type { Owner, OwnerRegistry } from "./owner-registry.ts";

export interface MqttAuthorizer {
  /** undefined: refused. The user name may be empty: the token says who it is. */
  authenticate(login: { readonly username: string; readonly password: string }): Owner | undefined;
  authorizePublish(owner: Owner, topic: string): boolean;
  authorizeSubscribe(owner: Owner, filter: string): boolean;
  authorizeForward(owner: Owner, topic: string): boolean;
}

const APPLICATION = /^application\/([^/+#]+)\/(.+)$/;
const COMMAND_DOWN = /^device\/[0-9a-f]{16}\/command\/down$/;
/** As ChirpStack's examples subscribe; what is not the owner's is not forwarded. */
const ALL_APPLICATIONS = /^application\/(\+\/|#$)/;

export function mqttAuthorizer({ owners }: { readonly owners: OwnerRegistry }): MqttAuthorizer {
  // A token that was renewed ends what was opened with it: the owner is another object then.
  const isOf = (owner: Owner, applicationId: string | undefined): boolean =>
    owners.owner(owner.id) === owner &&
    applicationId !== undefined &&
    owners.application(applicationId)?.ownerId === owner.id;
  return {
    authenticate({ username, password }) {
      const owner = owners.byToken(password);
      return username === "" || username === owner?.id ? owner : undefined;
    },
    authorizePublish(owner, topic) {
      const [, applicationId, rest = ""] = APPLICATION.exec(topic) ?? [];
      return COMMAND_DOWN.test(rest) && isOf(owner, applicationId);
    },
    authorizeSubscribe(owner, filter) {
      if (ALL_APPLICATIONS.test(filter)) return true;
      return isOf(owner, APPLICATION.exec(filter)?.[1]);
    },
    authorizeForward(owner, topic) {
      return isOf(owner, APPLICATION.exec(topic)?.[1]);
    },
  };
}
