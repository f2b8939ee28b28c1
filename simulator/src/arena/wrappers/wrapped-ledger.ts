/**
 * A ledger client between an agent or router and the ledger: it changes what they send and what they
 * are told. What arrives at the ledger is judged there like anyone's.
 */
import type { ChannelView, LedgerClient, LedgerEvent, SubmitOutcome } from "@katydid/ledger/client";
import {
  decodeTransaction,
  encodeTransaction,
  type Params,
  type Signer,
  signTransaction,
  type TransactionBody,
  withLeastFee,
} from "@katydid/protocol";

export interface LedgerWrap {
  /** What becomes of a transaction's bytes. Left out: they are submitted. */
  readonly submit?: (bytes: Uint8Array, ledger: LedgerClient) => Promise<SubmitOutcome>;
  /** What is told of an event; undefined: nothing. Left out: all as it is. */
  readonly event?: (event: LedgerEvent) => LedgerEvent | undefined;
  /** What is told of a channel, by lookup or event. */
  readonly channel?: (view: ChannelView) => ChannelView;
}

/** What a wrapper says in the ledger's place where it does not submit. */
export const WITHHELD: SubmitOutcome = { outcome: "refused", reason: "withheld", detail: {} };

export function wrapLedger(ledger: LedgerClient, wrap: LedgerWrap): LedgerClient {
  const changed: Partial<LedgerClient> = {
    ...(wrap.submit !== undefined && submitting(ledger, wrap.submit)),
    ...((wrap.event ?? wrap.channel) !== undefined && watching(ledger, wrap)),
    ...(wrap.channel !== undefined && lookingUp(ledger, wrap.channel)),
  };
  return new Proxy(ledger, {
    get(inner, name) {
      const own: unknown = Reflect.get(changed, name);
      if (own !== undefined) return own;
      const found: unknown = Reflect.get(inner, name);
      // Bound, since classes keep private fields where a proxy has none.
      return typeof found === "function" ? found.bind(inner) : found;
    },
  });
}

/**
 * A `submit` that changes bodies of an actor whose key is at hand and signs them anew. `edit` returns
 * the body as it came (the bytes go as they are), another one, or undefined (nothing goes).
 */
export function editing(from: {
  readonly chainId: string;
  readonly params: Params;
  readonly signer: Signer;
  readonly edit: (body: TransactionBody) => TransactionBody | undefined;
}): NonNullable<LedgerWrap["submit"]> {
  const { chainId, params, signer, edit } = from;
  return async (bytes, ledger) => {
    const { body } = decodeTransaction(bytes);
    if (body.actor !== signer.address) return ledger.submit(bytes);
    const edited = edit(body);
    if (edited === undefined) return WITHHELD;
    if (edited === body) return ledger.submit(bytes);
    const cheapest = withLeastFee({ params, body: edited });
    return ledger.submit(signedBytes({ chainId, body: cheapest, signer }));
  };
}

export function signedBytes(from: {
  readonly chainId: string;
  readonly body: TransactionBody;
  readonly signer: Signer;
}): Uint8Array {
  const { chainId, body, signer } = from;
  return encodeTransaction(signTransaction({ chainId, body, signers: [signer] }));
}

function submitting(
  ledger: LedgerClient,
  submit: NonNullable<LedgerWrap["submit"]>,
): Pick<LedgerClient, "submit"> {
  return { submit: (bytes) => submit(bytes, ledger) };
}

function watching(ledger: LedgerClient, wrap: LedgerWrap): Pick<LedgerClient, "watch"> {
  const { event: tell = (event: LedgerEvent) => event, channel } = wrap;
  return {
    watch: (options, handler) =>
      ledger.watch(options, (event) => {
        const told = tell(event);
        if (told === undefined) return;
        const changes = told.kind === "channel-changed" && channel !== undefined;
        handler(changes ? { ...told, channel: channel(told.channel) } : told);
      }),
  };
}

function lookingUp(
  ledger: LedgerClient,
  change: (view: ChannelView) => ChannelView,
): Pick<LedgerClient, "channel" | "channels"> {
  return {
    channel: async (id) => {
      const view = await ledger.channel(id);
      return view && change(view);
    },
    channels: async (router) => (await ledger.channels(router)).map(change),
  };
}
