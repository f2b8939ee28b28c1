/**
 * Vouchers: signed promises of all that a hotspot is owed on a channel. Two that contradict each
 * other cost the router its stake, so the figures of a voucher are on disk before it leaves, those
 * of one flush in one commit, and after a restart the sequence goes on from there.
 */
import type { Clock, Log, Timer } from "@katydid/platform";
import {
  type Address,
  dc,
  type Params,
  type SignedVoucher,
  type Signer,
  signMessage,
} from "@katydid/protocol";
import type { WriteBatch } from "../store/write-batch.ts";
import type { Account, ChannelBook } from "./channel-book.ts";

export interface VoucherPressOptions {
  readonly signer: Signer;
  readonly chainId: string;
  readonly params: Params;
  /** Time between two vouchers of one hotspot that owe less than a step, ms; 1000 at least. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly batch: WriteBatch;
  readonly log: Log;
  /** Sends it if the hotspot has a session; else it gets it at its next hello. */
  readonly send: (hotspot: Address, voucher: SignedVoucher) => void;
}

/** Figures that are about to be on disk, and then to be signed. */
interface Draft {
  readonly account: Account;
  readonly cumulativeDc: number;
  readonly cumulativePackets: number;
  readonly sequence: number;
  /** More than the voucher before, DC. */
  readonly moreDc: number;
}

export class VoucherPress {
  readonly #options: VoucherPressOptions;
  readonly #owing = new Set<Account>();
  readonly #urgent = new Set<Account>();
  /** Their figures are on their way to the disk: nothing of them may be signed yet. */
  readonly #undurable = new Set<Account>();
  #interval: Timer | undefined;
  #soon: Timer | undefined;
  #vouchers = 0;
  #vouchedDc = 0;

  constructor(options: VoucherPressOptions) {
    this.#options = options;
  }

  /** Vouchers signed since the start. */
  get vouchers(): number {
    return this.#vouchers;
  }

  /** What those vouchers promise, DC. */
  get vouchedDc(): number {
    return this.#vouchedDc;
  }

  /** More is owed: a voucher will follow within the interval, or at once when a step is reached. */
  owe(account: Account): void {
    const { clock, params, intervalMs } = this.#options;
    this.#owing.add(account);
    this.#interval ??= clock.after(intervalMs, () => {
      this.#interval = undefined;
      void this.#flush([...this.#owing]);
    });
    if (account.cumulativeDc - account.vouchedDc < Number(params.voucherStepDc)) return;
    this.#urgent.add(account);
    this.#soon ??= clock.after(0, () => {
      this.#soon = undefined;
      void this.#flush([...this.#urgent]);
    });
  }

  /** After a restart: what was bought and not vouched for. */
  resume(book: ChannelBook): void {
    for (const account of book.accounts.values()) {
      if (account.cumulativeDc > account.vouchedDc) this.owe(account);
    }
  }

  /** Everything that is owed, now: before a channel closes and at the end. false: the disk refuses. */
  flush(): Promise<boolean> {
    return this.#flush([...this.#owing]);
  }

  /**
   * The last voucher of an account once more, bit for bit; undefined if there was none, or if the
   * next one is just being written.
   */
  last(account: Account): SignedVoucher | undefined {
    if (account.sequence === 0 || this.#undurable.has(account)) return undefined;
    return this.#sign({
      account,
      cumulativeDc: account.vouchedDc,
      cumulativePackets: account.vouchedPackets,
      sequence: account.sequence,
      moreDc: 0,
    });
  }

  stop(): void {
    this.#interval?.cancel();
    this.#soon?.cancel();
  }

  async #flush(accounts: readonly Account[]): Promise<boolean> {
    const drafts: Draft[] = [];
    for (const account of accounts) {
      this.#owing.delete(account);
      this.#urgent.delete(account);
      const isLate = this.#undurable.has(account);
      if (account.cumulativeDc > account.vouchedDc || isLate) drafts.push(this.#draft(account));
    }
    try {
      await this.#options.batch.commit();
    } catch (cause) {
      this.#options.log.error(
        { cause: String(cause) },
        "vouchers wait: the disk refuses, check it",
      );
      for (const { account } of drafts) this.owe(account);
      return false;
    }
    for (const draft of drafts) {
      // A later draft of the same account is still on its way, and will cover this one.
      if (draft.sequence !== draft.account.sequence) continue;
      this.#undurable.delete(draft.account);
      this.#vouchers++;
      this.#vouchedDc += draft.moreDc;
      this.#options.send(draft.account.hotspot, this.#sign(draft));
    }
    return true;
  }

  #draft(account: Account): Draft {
    this.#undurable.add(account);
    account.sequence++;
    const moreDc = account.cumulativeDc - account.vouchedDc;
    account.vouchedDc = account.cumulativeDc;
    account.vouchedPackets = account.cumulativePackets;
    this.#options.batch.account(account);
    const { cumulativeDc, cumulativePackets, sequence } = account;
    return { account, cumulativeDc, cumulativePackets, sequence, moreDc };
  }

  #sign({ account, cumulativeDc, cumulativePackets, sequence }: Draft): SignedVoucher {
    const { signer, chainId } = this.#options;
    return signMessage({
      chainId,
      signer,
      body: {
        kind: "voucher",
        channel: account.book.id,
        hotspot: account.hotspot,
        cumulativeDc: dc(BigInt(cumulativeDc)),
        cumulativePackets,
        sequence,
      },
    });
  }
}
