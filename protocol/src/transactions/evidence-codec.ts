/**
 * Evidence as bytes: `kind u8`, then the two signed statements, without version and kind in front.
 * ```
 * 1 target    | receipt | receipt |
 * 2 router    | voucher | voucher |
 * 3 producer  | key 32 | height | precommit | precommit |
 * precommit   | round u32 | block hash 32 | parts u32 | parts' hash 32 | seconds | nanos u32 | signature 64 |
 * ```
 */
import type { BlockId, Timestamp } from "../blocks/header.ts";
import { type Codec, constant, struct, u32, uint, union, unsigned } from "../codec/codec.ts";
import { bytes32Field, heightField, signatureField } from "../codec/fields.ts";
import { receiptCodec, voucherCodec } from "../messages/message-codec.ts";
import type {
  Evidence,
  ProducerEquivocation,
  RouterEquivocation,
  SignedPrecommit,
  TargetEquivocation,
} from "./transaction.ts";

const blockId = struct<BlockId>({
  hash: bytes32Field,
  parts: struct<BlockId["parts"]>({ total: u32, hash: bytes32Field }),
});
const timestamp = struct<Timestamp>({
  seconds: uint(),
  nanos: unsigned({ bytes: 4, max: 999_999_999 }),
});
const precommit = struct<SignedPrecommit>({
  round: unsigned({ bytes: 4, max: 0x7fff_ffff }),
  blockId,
  timestamp,
  signature: signatureField,
});

export const evidenceCodec: Codec<Evidence> = union<Evidence>({
  "target-equivocation": [
    1,
    struct<TargetEquivocation>({
      kind: constant("target-equivocation"),
      first: receiptCodec,
      second: receiptCodec,
    }),
  ],
  "router-equivocation": [
    2,
    struct<RouterEquivocation>({
      kind: constant("router-equivocation"),
      first: voucherCodec,
      second: voucherCodec,
    }),
  ],
  "producer-equivocation": [
    3,
    struct<ProducerEquivocation>({
      kind: constant("producer-equivocation"),
      producerKey: bytes32Field,
      height: heightField,
      first: precommit,
      second: precommit,
    }),
  ],
});
