/**
 * Events per second of a fleet (all participants, every MIC and signature), beside those of a bare
 * virtual clock in the same run, and how much faster than life it is. One line of JSON.
 * `node bench/fleet.ts [hotspots] [devices] [hours]`
 */
import { Fleet, World } from "@katydid/simulator";

const [hotspots = 200, devices = 1000, hours = 1] = process.argv.slice(2).map(Number);
const BARE_EVENTS = 1_000_000;
/** As many timers wait in a bare clock as in a fleet of a thousand devices. */
const BARE_TIMERS = 2000;
const seconds = (from: bigint): number => Number(process.hrtime.bigint() - from) / 1e9;

const fleet = new Fleet({ hotspots, devices, hours, seed: "bench" });
await fleet.found();
const before = fleet.world.clock.events;
const began = process.hrtime.bigint();
const figures = await fleet.run();
const fleetSeconds = seconds(began);
const events = fleet.world.clock.events - before;

const bare = new World({ seed: "bare" });
for (let timer = 0; timer < BARE_TIMERS; timer += 1) {
  bare.clock.every(1 + timer / BARE_TIMERS, () => {});
}
const bareBegan = process.hrtime.bigint();
await bare.run({ until: () => bare.clock.events >= BARE_EVENTS });
const bareSeconds = seconds(bareBegan);

console.log(
  JSON.stringify({
    bench: "fleet",
    ...{ hotspots, devices, hours, packets: figures.packets.heard },
    receptions: fleet.air.counts.receptions,
    events,
    eventsPerSecond: Math.round(events / fleetSeconds),
    bareEventsPerSecond: Math.round(BARE_EVENTS / bareSeconds),
    ratio: Number((events / fleetSeconds / (BARE_EVENTS / bareSeconds)).toFixed(4)),
    timesRealTime: Math.round((hours * 3600) / fleetSeconds),
    maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
