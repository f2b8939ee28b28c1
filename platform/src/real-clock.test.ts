import { clockContract } from "./contract/index.ts";
import { realClock } from "./real-clock.ts";

clockContract("the host's", () => ({ clock: realClock, settle: (promise) => promise }));
