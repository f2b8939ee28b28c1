/** The price of the token falls: some leave, and those who stay earn more than just after the fall. */
import type { Hotspot } from "../hotspot.ts";
import { lastDay, meanOver, percent, plotOf, runMarket, type Scenario, usd } from "../scenario.ts";
import { SETTLED, SETTLED_PRICE_USD } from "./settled.ts";

/** To a tenth. */
const FALL = 0.1;
const DAYS = SETTLED.days + 150;
/** Incomes are averages of a week: after this many days they are all of the new price. */
const AFTER_DAYS = 7;
const LEAVE_MIN = 0.05;
const STAY_MIN = 0.1;
/** Rise of the income of those who stay, at least. */
const RISE_MIN = 0.05;

export const priceFall: Scenario = {
  name: "price-fall",
  summary: "the token falls to a tenth: some leave, the income of those who stay rises",
  run: (options) => {
    const price = (day: number) => (day < SETTLED.days ? 1 : FALL) * SETTLED_PRICE_USD;
    /** Income just after the fall, by hotspot. */
    const after = new Map<number, number>();
    const market = runMarket(
      options,
      { ...SETTLED, name: "price fall", days: DAYS, priceUsd: price },
      ({ day }, { hotspots }) => {
        if (day !== SETTLED.days + AFTER_DAYS) return;
        for (const hotspot of hotspots) after.set(hotspot.id, hotspot.incomeUsd(price(day)));
      },
    );
    const stayed = [...market.hotspots].filter(({ id }) => after.has(id));
    const sum = (of: (hotspot: Hotspot) => number) =>
      stayed.reduce((total, hotspot) => total + of(hotspot), 0) / Math.max(1, stayed.length);
    const then = sum(({ id }) => after.get(id) ?? 0);
    const now = sum((hotspot) => hotspot.incomeUsd(price(DAYS - 1)));
    const rise = now / then - 1;
    const gone = 1 - stayed.length / after.size;
    const { days } = market;
    const runs = [{ name: "price fall", days }];
    const mark = { day: SETTLED.days, says: "price falls" };
    const before = { from: SETTLED.days - AFTER_DAYS, to: SETTLED.days };
    const of = lastDay(days);
    return {
      runs,
      facts: [
        {
          name: "price",
          value: `${price(0).toFixed(4)} USD a token, then ${price(DAYS).toFixed(4)}`,
        },
        { name: "hotspots", value: `${after.size} after the fall, ${of.hotspots} at the end` },
        {
          name: "income a day before the fall",
          value: usd(meanOver(days, before, (day) => day.incomeMeanUsd)),
        },
        { name: "of those who stay, after the fall", value: usd(then) },
        { name: "of those who stay, at the end", value: usd(now) },
        { name: "left", value: percent(gone) },
        {
          name: "cells covered",
          value: `${days[SETTLED.days]?.cellsCovered ?? 0}, then ${of.cellsCovered}`,
        },
        {
          name: "people covered in the least covered area",
          value: `${percent(Math.min(...(days[SETTLED.days]?.peopleCovered ?? [])))}, then ${percent(Math.min(...of.peopleCovered))}`,
        },
      ],
      claims: [
        {
          says: `some leave (${percent(LEAVE_MIN, 0)} at least), and not all (${percent(STAY_MIN, 0)} stay)`,
          measured: `${percent(gone)} of ${after.size} left`,
          holds: gone >= LEAVE_MIN && 1 - gone >= STAY_MIN,
        },
        {
          says: `those who stay earn more for it: ${percent(RISE_MIN, 0)} at least, in USD at the fallen price`,
          measured: `${usd(then)} to ${usd(now)} a day (${percent(rise)} more)`,
          holds: rise >= RISE_MIN,
        },
      ],
      plots: [
        plotOf({ title: "Hotspots", unit: "", marks: [mark] }, runs, ({ hotspots }) => hotspots),
        plotOf({ title: "Mean income a day", unit: "USD", marks: [mark] }, runs, (day) =>
          Math.min(day.incomeMeanUsd, 10),
        ),
        plotOf({ title: "Mean income a day", unit: "tokens", marks: [mark] }, runs, (day) =>
          Math.min(day.incomeMeanUsd / day.priceUsd, 300),
        ),
        plotOf(
          { title: "Leaving a day", unit: "hotspots", marks: [mark] },
          runs,
          ({ left }) => left,
        ),
      ],
    };
  },
};
