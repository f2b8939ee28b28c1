/** Cheats with radios, and with none where there should be one. */
import type { Strategy } from "../strategy.ts";
import { closet, closetBasement, closetClump } from "./closet.ts";
import { closetListening, closetListeningForged } from "./closet-listening.ts";
import { denseRoof } from "./dense-roof.ts";
import { extremeDistance } from "./extreme-distance.ts";
import { forgedSignal } from "./forged-signal.ts";
import { gainHigh, gainLow } from "./gain.ts";
import { ghostSuburb, ghostTown } from "./ghost-town.ts";
import { deaf, lazy, mute, whisper } from "./half-deaf.ts";
import { madeUpChallenger, madeUpTarget } from "./made-up.ts";
import { hitAndRun, newcomers } from "./newcomers.ts";
import { oneRadio, oneRadioForged, oneRadioNoise, oneRadioSpread } from "./one-radio.ts";
import { radioless } from "./radioless.ts";
import { replayedBeacons, replayedLate } from "./replayed-beacons.ts";
import { spoofCity } from "./spoof-city.ts";
import { tunnelled, tunnelledGhosts } from "./tunnelled.ts";

export const radioStrategies: readonly Strategy[] = [
  spoofCity,
  forgedSignal,
  closet,
  closetClump,
  closetBasement,
  closetListening,
  closetListeningForged,
  ghostTown,
  ghostSuburb,
  extremeDistance,
  replayedBeacons,
  replayedLate,
  tunnelled,
  tunnelledGhosts,
  madeUpChallenger,
  madeUpTarget,
  deaf,
  mute,
  whisper,
  lazy,
  denseRoof,
  oneRadio,
  oneRadioSpread,
  oneRadioNoise,
  oneRadioForged,
  gainHigh,
  gainLow,
  newcomers,
  hitAndRun,
  radioless,
];
