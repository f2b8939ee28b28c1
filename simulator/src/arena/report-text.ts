/** The table as text and as markdown. USD a scaled day of the whole gang. */
import type { Estimate } from "./statistics.ts";
import type { DefenceFigures, TableRow } from "./table.ts";

export const tableColumns = [
  "strategy",
  "gang",
  "own, defence on",
  "minus honest, on",
  "own, off",
  "minus honest, off",
  "harm",
  "honest income",
  "detected",
  "false positives",
  "found by",
] as const;

/** One row, as the columns say. */
export function tableCells(row: TableRow): readonly string[] {
  const { on, off, honestIncome, harm, detection } = row;
  return [
    row.strategy,
    gangOf(row),
    meanOf(on),
    differenceOf(on),
    meanOf(off),
    differenceOf(off),
    harm === undefined ? "-" : signed(harm),
    honestIncome === undefined ? "-" : `${(100 * honestIncome.mean).toFixed(1)} %`,
    detectionText(detection),
    `${(100 * row.falsePositives).toFixed(1)} %`,
    detection.by.map(([name, worlds]) => `${name} ${worlds}`).join(", ") || "-",
  ];
}

/** Aligned columns. */
export function tableText(rows: readonly TableRow[]): readonly string[] {
  const lines = [[...tableColumns], ...rows.map(tableCells)];
  const widths = tableColumns.map((_, at) =>
    Math.max(...lines.map((line) => line[at]?.length ?? 0)),
  );
  return lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Rows of a GitHub table. */
export function tableMarkdown(rows: readonly TableRow[]): readonly string[] {
  const line = (texts: readonly string[]) => `| ${texts.join(" | ")} |`;
  return [
    line(tableColumns),
    line(
      tableColumns.map((_, at) => (at === 0 || at === tableColumns.length - 1 ? "---" : "---:")),
    ),
    ...rows.map((row) => line(tableCells(row))),
  ];
}

const MARKS = ["<!-- arena table -->", "<!-- end of arena table -->"] as const;

/** The text with the table between its marks; undefined: it has no marks. */
export function withTable(text: string, rows: readonly TableRow[]): string | undefined {
  const [from, until] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])];
  if (from < 0 || until < from) return undefined;
  const table = tableMarkdown(rows).join("\n");
  return `${text.slice(0, from + MARKS[0].length)}\n${table}\n${text.slice(until)}`;
}

function gangOf({ gang, members }: TableRow): string {
  if (gang === "router") return "router";
  return gang === "hotspots" ? `${members}` : `${members} + router`;
}

function meanOf(figures: DefenceFigures | undefined): string {
  return figures === undefined ? "-" : signed(figures.own.mean);
}

function differenceOf(figures: DefenceFigures | undefined): string {
  return figures === undefined ? "-" : interval(figures.difference);
}

function interval({ mean, low, high }: Estimate): string {
  return `${signed(mean)} (${signed(low)} to ${signed(high)})`;
}

/** Cents where they matter, fractions of them where all is small. */
export function signed(value: number): string {
  const digits = Math.abs(value) >= 0.1 || value === 0 ? 2 : 4;
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? "-" : "+"}${text}`;
}

function detectionText({ share, days }: TableRow["detection"]): string {
  if (days === undefined) return "never";
  const when = `${days.toFixed(2)} d`;
  return share === 1 ? when : `${when} in ${(100 * share).toFixed(0)} %`;
}
