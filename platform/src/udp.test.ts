import { udpContract } from "./contract/index.ts";
import { realUdp } from "./udp.ts";

udpContract("node:dgram", () => realUdp);
