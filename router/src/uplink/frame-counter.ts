/**
 * The 32-bit frame counter of which a frame shows the low 16 bits (LoRaWAN L2 1.0.4 §4.3.1.5). The
 * MIC covers all 32, so it decides between the candidates.
 */

const TURN = 0x1_0000;
const COUNTER_MAX = 0xffff_ffff;
/** Up to half a turn ahead the frame is taken for new at first; the guess only saves time. */
const HALF_TURN = TURN / 2;

/**
 * Counters that a frame showing `fCnt16` may have, likelier first: the smallest not below `last`,
 * and the one a turn earlier (a copy, a repetition or a replay). `last` is -1 before the first.
 * Any gap ahead is accepted, as in 1.0.4 (which dropped MAX_FCNT_GAP): a collar that was out of
 * coverage for a week has moved on, and must not be locked out for it.
 */
export function counterCandidates(last: number, fCnt16: number): readonly number[] {
  const base = Math.max(last, 0);
  const turn = base - (base % TURN);
  const ahead = fCnt16 >= base % TURN ? turn + fCnt16 : turn + TURN + fCnt16;
  const behind = ahead - TURN;
  if (behind < 0) return [ahead];
  if (ahead > COUNTER_MAX) return [behind];
  return ahead - base < HALF_TURN ? [ahead, behind] : [behind, ahead];
}
