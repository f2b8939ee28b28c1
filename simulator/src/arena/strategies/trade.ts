/** The strategies about challenges and trade. Those about radio are in radio.ts. */
import type { Strategy } from "../strategy.ts";

export const tradeStrategies: readonly Strategy[] = [];
