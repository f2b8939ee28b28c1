/**
 * Owners, their tokens and their applications. A token is 32 random bytes, shown once; the store has
 * its hash only, and comparisons take the same time whatever is wrong.
 */
import type { Random, Store } from "@katydid/platform";
import { equalBytes, fromHex, fromUtf8, sha256, toHex, utf8 } from "@katydid/protocol";
import { namedUuid, uuidText } from "../events/chirpstack-json.ts";
import { APPLICATIONS_PER_OWNER_MAX, OWNERS_MAX } from "../limits.ts";
import { rangeOf, rowKeys, tables } from "../store/keys.ts";

export interface Owner {
  /** UUID; also the MQTT user name. */
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token. */
  readonly tokenHash: Uint8Array;
  /** May add owners. */
  readonly role: "operator" | "owner";
}

export interface Application {
  /** UUID. */
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  /** Events are posted to these. */
  readonly webhooks: readonly string[];
}

/** base64url of 32 bytes. */
const TOKEN_BYTES = 32;
export const TOKEN_LENGTH = 43;

export class OwnerRegistry {
  readonly #store: Store;
  readonly #random: Random;
  readonly #owners = new Map<string, Owner>();
  readonly #applications = new Map<string, Application>();

  constructor({ store, random }: { readonly store: Store; readonly random: Random }) {
    this.#store = store;
    this.#random = random;
    for (const [, row] of store.range(rangeOf(tables.owners))) {
      const owner = JSON.parse(fromUtf8(row));
      this.#owners.set(owner.id, { ...owner, tokenHash: fromHex(owner.tokenHash) });
    }
    for (const [, row] of store.range(rangeOf(tables.applications))) {
      const application: Application = JSON.parse(fromUtf8(row));
      this.#applications.set(application.id, application);
    }
  }

  get size(): number {
    return this.#owners.size;
  }

  all(): readonly Owner[] {
    return [...this.#owners.values()];
  }

  owner(id: string): Owner | undefined {
    return this.#owners.get(id);
  }

  /** The first owner is the router's operator. The token is in this answer and nowhere else. */
  async addOwner(
    name: string,
  ): Promise<
    { readonly owner: Owner; readonly token: string } | { readonly refused: "owners-full" }
  > {
    if (this.#owners.size >= OWNERS_MAX) return { refused: "owners-full" };
    const token = Buffer.from(this.#random.bytes(TOKEN_BYTES)).toString("base64url");
    const owner: Owner = {
      id: uuidText(this.#random.bytes(16)),
      name,
      tokenHash: hashOf(token),
      role: this.#owners.size === 0 ? "operator" : "owner",
    };
    await this.#saveOwner(owner);
    return { owner, token };
  }

  /** The old token is worth nothing from now on. */
  async renewToken(owner: Owner): Promise<string> {
    const token = Buffer.from(this.#random.bytes(TOKEN_BYTES)).toString("base64url");
    await this.#saveOwner({ ...owner, tokenHash: hashOf(token) });
    return token;
  }

  /** Whose token it is; undefined: nobody's. Compares with every owner, in constant time each. */
  byToken(token: string): Owner | undefined {
    if (token.length !== TOKEN_LENGTH) return undefined;
    const hash = hashOf(token);
    let found: Owner | undefined;
    for (const owner of this.#owners.values()) {
      if (equalBytes(owner.tokenHash, hash)) found = owner;
    }
    return found;
  }

  application(id: string): Application | undefined {
    return this.#applications.get(id);
  }

  applicationsOf(owner: Owner): readonly Application[] {
    return [...this.#applications.values()].filter(({ ownerId }) => ownerId === owner.id);
  }

  async addApplication(
    owner: Owner,
    name: string,
  ): Promise<Application | { readonly refused: "applications-full" }> {
    if (this.applicationsOf(owner).length >= APPLICATIONS_PER_OWNER_MAX) {
      return { refused: "applications-full" };
    }
    const id = namedUuid("application", `${owner.id}/${name}`);
    return this.#applications.get(id) ?? this.#save({ id, ownerId: owner.id, name, webhooks: [] });
  }

  setWebhooks(application: Application, webhooks: readonly string[]): Promise<Application> {
    return this.#save({ ...application, webhooks });
  }

  async #save(application: Application): Promise<Application> {
    this.#applications.set(application.id, application);
    const value = utf8(JSON.stringify(application));
    await this.#store.commit([{ key: rowKeys.application(application.id), value }]);
    return application;
  }

  async #saveOwner(owner: Owner): Promise<void> {
    this.#owners.set(owner.id, owner);
    const value = utf8(JSON.stringify({ ...owner, tokenHash: toHex(owner.tokenHash) }));
    await this.#store.commit([{ key: rowKeys.owner(owner.id), value }]);
  }
}

const hashOf = (token: string): Uint8Array => sha256(utf8(`katydid/owner-token/${token}`));
