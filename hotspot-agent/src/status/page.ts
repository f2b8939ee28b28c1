/** The status page: one plain HTML document, no script, refreshed by the browser. */
import { whyOffers } from "./problems.ts";
import type { AgentStatus, MembershipStatus } from "./status.ts";

const REFRESH_SECONDS = 10;

export function statusPage(status: AgentStatus): string {
  const { name, address, problems, membership, claim } = status;
  const parts = [
    `<h1>${escapeHtml(name)}</h1>`,
    problems.length === 0
      ? `<p class="good">It works: the radio hears, the ledger knows it, routers answer.</p>`
      : `<ul class="problems">${problems.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul>`,
    table("This hotspot", [
      ["address", address],
      ["network", status.chainId],
      ["radio", status.radio],
      ...(membership === undefined ? [] : hotspotRows(membership)),
    ]),
  ];
  if (claim !== undefined && membership?.hotspot === undefined) {
    parts.push(
      `<h2>Claim</h2><p>Its owner adds it with <code>katydid hotspot add</code> and this text:</p>`,
      `<pre>${escapeHtml(claim.text)}</pre>`,
      `<details><summary>The same in words</summary><pre>${escapeHtml(claim.words)}</pre></details>`,
    );
  }
  if (membership !== undefined) parts.push(...membershipParts(membership));
  const brokers = status.brokers.map(({ url, connected }) => [
    url,
    connected ? "connected" : "away",
  ]);
  parts.push(table("Brokers", brokers));
  return document(name, parts.join("\n"));
}

function hotspotRows({ hotspot, joined, forwarding }: MembershipStatus): string[][] {
  const ledger = joined ? "connected" : "not reached yet";
  const lastFrame =
    forwarding.lastFrameAt === undefined
      ? "none yet"
      : new Date(forwarding.lastFrameAt).toISOString();
  const rows = [
    ["ledger", ledger],
    ["last frame", lastFrame],
    ["routers known", String(forwarding.routersKnown ?? "-")],
    ["frames waiting on disk", String(forwarding.queued)],
  ];
  if (hotspot === undefined) return rows;
  return [
    ...rows,
    ["owner", hotspot.owner],
    ["cell", hotspot.cell ?? "not asserted"],
    ["region", hotspot.region ?? "-"],
    ["active", hotspot.active ? "yes" : "no"],
    ["density scale", hotspot.densityScale],
    ["heard by others", hotspot.reciprocity.asWitness],
    ["hears others", hotspot.reciprocity.asBeaconer],
  ];
}

function membershipParts({ forwarding, challenges }: MembershipStatus): string[] {
  const { frames, uplinks, downlinks, routers, vouchers } = forwarding;
  return [
    table("Frames, by what became of them", counts(frames)),
    table("Packets on their way", counts(uplinks)),
    table("Downlinks", counts(downlinks)),
    table(
      "Routers",
      routers.map((link) => [
        link.router,
        link.session,
        `${Math.ceil(link.exposureDc)} DC on credit, ${link.depositLeftDc} DC of deposit left`,
        `trusted with ${Math.floor(link.trustDc)} DC`,
        offersText(whyOffers(link)),
      ]),
    ),
    table(
      "Vouchers",
      vouchers.channels.map((row) => [
        row.channel.slice(0, 16),
        `${row.vouchedDc} DC for ${row.packets} packets`,
        `${row.redeemedDc} DC redeemed`,
      ]),
    ),
    table(
      "Last challenges",
      challenges.last.map(({ atMs, name, role, text }) => [
        new Date(atMs).toISOString(),
        name,
        role,
        text,
      ]),
    ),
    table("Challenge events", counts(challenges.events)),
  ];
}

function offersText(why: string | undefined): string {
  return why === undefined ? "frames at once" : `offers only: ${why}`;
}

function counts(record: Readonly<Record<string, number>>): string[][] {
  return Object.entries(record).map(([name, count]) => [name, String(count)]);
}

function table(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return `<h2>${escapeHtml(title)}</h2><p>None yet.</p>`;
  const body = rows.map((row) => {
    const [head = "", ...cells] = row;
    const rest = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("");
    return `<tr><th scope="row">${escapeHtml(head)}</th>${rest}</tr>`;
  });
  return `<h2>${escapeHtml(title)}</h2><table>${body.join("")}</table>`;
}

/** For text and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1f23; background: #fff }
h1 { margin-bottom: 0 } h2 { font-size: 1.05rem; margin: 1.5rem 0 .3rem }
table { border-collapse: collapse } th { text-align: left; font-weight: 500; padding-right: 1.5rem }
td { padding-right: 1.5rem; font-variant-numeric: tabular-nums } pre { white-space: pre-wrap;
  overflow-wrap: anywhere; background: #f4f5f6; padding: .7rem }
.good { color: #116329 } .problems { color: #8a3600 }
@media (prefers-color-scheme: dark) { body { color: #e6e8ea; background: #16191c }
  pre { background: #23272b } .good { color: #7ed49b } .problems { color: #ffb27a } }
`;

function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
