/**
 * As spoof-city, with RSSI and SNR rewritten to what path loss over the claimed distances gives, the
 * same both ways; what could not be heard at a claimed place is not reported. Passes rules 1 to 13.
 * Against the classifiers: the neighbours of the claimed cells hear nothing of it, nor it of them.
 */
import type { Strategy } from "../strategy.ts";
import { forgingScheme } from "../wrappers/forging-scheme.ts";
import { spoofCity } from "./spoof-city.ts";

export const forgedSignal: Strategy = {
  ...spoofCity,
  name: "forged-signal",
  title: "the same, with the signal rewritten for the claimed distances",
  scheme: (gang) => forgingScheme(gang),
};
