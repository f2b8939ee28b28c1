import { randomContract } from "./contract/index.ts";
import { systemRandom } from "./system-random.ts";

randomContract("the system's", () => systemRandom);
