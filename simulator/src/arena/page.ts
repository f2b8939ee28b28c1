/** The table as one page: a distribution per strategy for both defences, drawn as inline SVG. */

import { signed, tableCells, tableColumns } from "./report-text.ts";
import type { ArenaRun, HonestFigures } from "./run-arena.ts";
import type { DefenceFigures, TableRow } from "./table.ts";

const WIDTH = 720;
const ROW_HEIGHT = 44;
const LEFT = 210;
const RIGHT = 20;
const TICKS = 6;

/** Complete HTML, nothing loaded from anywhere. */
export function arenaPage(run: ArenaRun): string {
  const { rows, honest, complaints } = run;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Katydid arena</title>
<style>${STYLE}</style>
<h1>The arena</h1>
<p>${escaped(runLine(run))}</p>
<p>Each dot is one seed: what a gang earned after costs when it cheated, less what the same gang
earned honest in the same world, USD a scaled day. Bars: 95 % bootstrap intervals of the mean.</p>
${honest.map(honestLine).join("\n")}
<ul class="legend"><li class="on">defence on</li><li class="off">defence off</li></ul>
${complaints.length === 0 ? "" : `<ul class="complaints">${complaints.map(item).join("")}</ul>`}
${plot(rows)}
${htmlTable(rows)}
</html>
`;
}

/** Size and seeds, named. */
export function runLine({ size, seeds }: Pick<ArenaRun, "size" | "seeds">): string {
  const { name, honest, members, devices, intervals } = size;
  return (
    `${name} worlds: ${honest} honest hotspots and a gang of ${members} unless it says otherwise, ` +
    `${devices} meters, ${intervals} challenge intervals; ` +
    `${seeds.on.length} seeds with the defence, ${seeds.off.length} without`
  );
}

function honestLine({ defence, income, gang, falsePositives }: HonestFigures): string {
  const alone = gang === undefined ? "" : `, an honest gang ${signed(gang.mean)} after costs`;
  return `<p>Without cheats, defence ${defence}: a hotspot earns ${signed(income.mean)} USD a scaled day${alone}; found guilty: ${(100 * falsePositives).toFixed(2)} %.</p>`;
}

function plot(rows: readonly TableRow[]): string {
  const values = rows.flatMap(({ on, off }) => [
    ...(on?.differences ?? []),
    ...(off?.differences ?? []),
  ]);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const span = high - low || 1;
  const x = (value: number) => LEFT + ((value - low) / span) * (WIDTH - LEFT - RIGHT);
  const height = ROW_HEIGHT * rows.length + 30;
  const ticks = Array.from({ length: TICKS + 1 }, (_, at) => low + (span * at) / TICKS);
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="attacker minus honest">
${ticks.map((tick) => `<text class="tick" x="${px(x(tick))}" y="${height - 8}">${tick.toFixed(1)}</text>`).join("\n")}
<line class="zero" x1="${px(x(0))}" x2="${px(x(0))}" y1="0" y2="${height - 24}"/>
${rows.map((row, at) => plotRow(row, { x, top: at * ROW_HEIGHT })).join("\n")}
</svg>`;
}

interface Place {
  readonly x: (value: number) => number;
  readonly top: number;
}

function plotRow({ strategy, title, on, off }: TableRow, { x, top }: Place): string {
  return `<g><title>${escaped(title)}</title>
<text class="name" x="${LEFT - 10}" y="${top + ROW_HEIGHT / 2 + 4}">${escaped(strategy)}</text>
${on === undefined ? "" : dots(on, { x, top: top + 13, kind: "on" })}
${off === undefined ? "" : dots(off, { x, top: top + 30, kind: "off" })}
</g>`;
}

function dots(
  { differences, difference }: DefenceFigures,
  { x, top, kind }: Place & { readonly kind: "on" | "off" },
): string {
  const { low, high, mean } = difference;
  return [
    ...differences.map(
      (value) => `<circle class="${kind}" cx="${px(x(value))}" cy="${top}" r="2.5"/>`,
    ),
    `<rect class="${kind}" x="${px(x(low))}" y="${top - 5}" width="${px(Math.max(1, x(high) - x(low)))}" height="10"/>`,
    `<line class="${kind}" x1="${px(x(mean))}" x2="${px(x(mean))}" y1="${top - 7}" y2="${top + 7}"/>`,
  ].join("\n");
}

function htmlTable(rows: readonly TableRow[]): string {
  const head = tableColumns.map((name) => `<th>${escaped(name)}</th>`).join("");
  const body = rows.map(
    (row) =>
      `<tr>${tableCells(row)
        .map((cell) => `<td>${escaped(cell)}</td>`)
        .join("")}</tr>`,
  );
  return `<div class="wide"><table><tr>${head}</tr>\n${body.join("\n")}\n</table></div>`;
}

const item = (text: string): string => `<li>${escaped(text)}</li>`;
const px = (value: number): string => value.toFixed(1);

function escaped(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark] ?? "&quot;",
  );
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1d2a24; background: #fbfbf8; }
svg { width: 100%; height: auto; }
.name { text-anchor: end; font-size: 12px; }
.tick { text-anchor: middle; font-size: 10px; fill: #667; }
.zero { stroke: #667; stroke-dasharray: 3 3; }
circle.on { fill: #1b7f4d; fill-opacity: .5; } circle.off { fill: #c2561a; fill-opacity: .5; }
rect.on { fill: #1b7f4d; fill-opacity: .25; } rect.off { fill: #c2561a; fill-opacity: .25; }
line.on { stroke: #1b7f4d; stroke-width: 2; } line.off { stroke: #c2561a; stroke-width: 2; }
.legend .on { color: #1b7f4d; } .legend .off { color: #c2561a; }
.complaints { color: #a11; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 12px; }
td, th { padding: .2rem .6rem; border-bottom: 1px solid #ddd; text-align: left; white-space: nowrap; }
`;
