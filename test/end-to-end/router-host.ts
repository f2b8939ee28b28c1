/** A router as its own daemon composes it, with a ledger node by HTTP. */
import { HttpLedgerClient } from "@katydid/ledger/client";
import { type Log, realClock } from "@katydid/platform";
import { type KeyPair, minimalParams } from "@katydid/protocol";
import { type ChannelPolicy, type RouterDaemon, runRouter } from "@katydid/router";

export interface RouterHostOptions {
  readonly chainId: string;
  readonly ledgerUrl: string;
  readonly brokerUrl: string;
  readonly folder: string;
  readonly key: KeyPair;
  readonly owner: KeyPair;
  readonly channelPolicy?: ChannelPolicy;
  readonly log: Log;
}

export async function startRouterHost(options: RouterHostOptions): Promise<RouterDaemon> {
  const { chainId, ledgerUrl, brokerUrl, folder, key, owner, channelPolicy, log } = options;
  await using cleanup = new AsyncDisposableStack();
  const ledger = cleanup.use(new HttpLedgerClient({ url: ledgerUrl, clock: realClock, log }));
  const daemon = cleanup.use(
    await runRouter({
      ...{ folder, key, chainId, ledger, brokerUrl, log },
      ownerSigner: owner,
      params: minimalParams,
      region: "EU868",
      http: { port: 0 },
      ...(channelPolicy === undefined ? {} : { channelPolicy }),
    }),
  );
  const running = cleanup.move();
  return { ...daemon, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
