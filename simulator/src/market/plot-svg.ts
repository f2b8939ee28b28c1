/** Lines and dots as SVG text: no script, no font, no picture from elsewhere. */
import type { MetroMap, Plot } from "./scenario.ts";

const WIDTH = 560;
const HEIGHT = 280;
const MARGIN = { left: 64, right: 12, top: 12, bottom: 28 };
const INNER = {
  width: WIDTH - MARGIN.left - MARGIN.right,
  height: HEIGHT - MARGIN.top - MARGIN.bottom,
};
const TICKS = 5;
const MAP_SIZE = 180;
/** Half the side of a map, kilometres. */
const MAP_KM = 60;
/** Colours of series, in order (Okabe, Ito 2008: told apart by all). */
const COLORS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#8c6d1f",
  "#7f7f7f",
  "#5b3a8e",
  "#1b7837",
];

export function plotSvg({ title, unit, series, marks = [] }: Plot): string {
  const days = Math.max(...series.map(({ values }) => values.length), 2);
  const most = Math.max(...series.flatMap(({ values }) => values), 0);
  const least = Math.min(...series.flatMap(({ values }) => values), 0);
  const step = niceStep((most - least) / TICKS);
  const top = Math.max(step, Math.ceil(most / step) * step);
  const bottom = Math.floor(least / step) * step;
  const x = (day: number) => MARGIN.left + (INNER.width * day) / (days - 1);
  const y = (value: number) => MARGIN.top + (INNER.height * (top - value)) / (top - bottom);
  const lines = series.map(({ values }, index) => {
    const points = values.map((value, day) => `${x(day).toFixed(1)},${y(value).toFixed(1)}`);
    return `<polyline points="${points.join(" ")}" stroke="${colorOf(index)}"/>`;
  });
  const rows: string[] = [];
  for (let value = bottom; value <= top + step / 2; value += step) {
    const at = y(value).toFixed(1);
    rows.push(
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}"/>`,
    );
    rows.push(
      `<text x="${MARGIN.left - 6}" y="${at}" dy="4" text-anchor="end">${label(value, step)}</text>`,
    );
  }
  const dayStep = Math.max(1, niceStep(days / 6));
  const columns: string[] = [];
  for (let day = 0; day < days; day += dayStep) {
    columns.push(
      `<text x="${x(day).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="middle">${day}</text>`,
    );
  }
  const marked = marks.map(({ day, says }) => {
    const at = x(day).toFixed(1);
    return `<line class="mark" x1="${at}" x2="${at}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}"/><text x="${at}" y="${MARGIN.top + 10}" dx="4">${escapeText(says)}</text>`;
  });
  const legend = series.map(
    ({ name }, index) =>
      `<span><i style="background:${colorOf(index)}"></i>${escapeText(name)}</span>`,
  );
  const heading = unit === "" ? title : `${title}, ${unit}`;
  return [
    `<figure><figcaption>${escapeText(heading)} <small>by day</small></figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(heading)}">`,
    ...rows,
    ...columns,
    ...marked,
    ...lines,
    "</svg>",
    series.length > 1 ? `<p class="legend">${legend.join("")}</p>` : "",
    "</figure>",
  ].join("\n");
}

/** Dots where hotspots stand; a map shows 120 km from side to side. */
export function mapSvg({ name, points }: MetroMap): string {
  const at = (km: number) => (MAP_SIZE * (km + MAP_KM)) / (2 * MAP_KM);
  const dots = points.map(
    ([x, y]) => `<circle cx="${at(x).toFixed(1)}" cy="${at(-y).toFixed(1)}" r="1.2"/>`,
  );
  return [
    `<figure class="map"><figcaption>${escapeText(name)} <small>${points.length}</small></figcaption>`,
    `<svg viewBox="0 0 ${MAP_SIZE} ${MAP_SIZE}" role="img" aria-label="${escapeText(name)}">`,
    ...dots,
    "</svg></figure>",
  ].join("\n");
}

export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

const colorOf = (index: number): string => COLORS[index % COLORS.length] ?? "currentColor";

/** 1, 2 or 5 times a power of ten, not below `rough`. */
function niceStep(rough: number): number {
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10;
  return factor * power;
}

function label(value: number, step: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return value.toFixed(Math.min(6, digits));
}
