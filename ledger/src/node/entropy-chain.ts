/**
 * The producer's hash chains (protocol.md §3.0): a chain is `chainLength` links, each the hash of
 * the next; its tip is committed by a stake and each block reveals one link. All chains of the
 * embedded producer come from one seed and have one length, so that the height alone says which
 * link a block bears: a producer that restarts, even from an older copy of its store, goes on.
 */
import { sha256, utf8 } from "@katydid/protocol";

/** Links of one chain: at a block every 10 s, twenty-eight hours of them. */
export const CHAIN_LENGTH = 10_000;
const DOMAIN = utf8("katydid entropy chain\0");

export class EntropyChains {
  private readonly seed: Uint8Array;
  private readonly length: number;
  private cached: { readonly number: number; readonly links: readonly Uint8Array[] } | undefined;

  /** `seed`: 32 secret bytes, for nothing else. */
  constructor(options: { readonly seed: Uint8Array; readonly length?: number }) {
    this.seed = options.seed;
    this.length = options.length ?? CHAIN_LENGTH;
  }

  get chainLength(): number {
    return this.length;
  }

  /** Commitment of chain `number` (0 is the one of genesis): the hash of its first link. */
  tip(number: number): Uint8Array {
    return sha256(this.linkOf(number, 0));
  }

  /** The link that the block of `height` (1 is the first) reveals. */
  link(height: number): Uint8Array {
    const position = this.positionOf(height);
    return this.linkOf(position.number, position.index);
  }

  /** Which chain and which of its links belongs to a height. */
  positionOf(height: number): { readonly number: number; readonly index: number } {
    return {
      number: Math.floor((height - 1) / this.length),
      index: (height - 1) % this.length,
    };
  }

  private linkOf(number: number, index: number): Uint8Array {
    if (this.cached?.number !== number) this.cached = { number, links: this.derive(number) };
    const link = this.cached.links[index];
    if (link === undefined) throw new Error(`chain has no link ${index}`);
    return link;
  }

  /** Links in the order in which they are revealed: the last one made comes first. */
  private derive(number: number): readonly Uint8Array[] {
    const numberBytes = new Uint8Array(4);
    new DataView(numberBytes.buffer).setUint32(0, number);
    const links: Uint8Array[] = [];
    let link = sha256(DOMAIN, this.seed, numberBytes);
    for (let made = 0; made < this.length; made += 1) {
      links.push(link);
      link = sha256(link);
    }
    return links.reverse();
  }
}
