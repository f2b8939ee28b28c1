/** The page of a running network in a real browser: a hex, a hotspot and a device are clicked. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { consoleFolder } from "@katydid/console";
import { HttpLedgerClient } from "@katydid/ledger/client";
import { realClock, silentLog } from "@katydid/platform";
import { type LocalNetwork, startLocalNetwork } from "@katydid/simulator";
import { type Browser, chromium, type Page } from "playwright-core";

/** Challenges that were settled before the page is opened: then some hexes are covered. */
const SETTLED_MIN = 8;
/** A challenge settles 40 s after it was opened (minimal preset). */
const SETTLED_WITHIN_MS = 150_000;
const PAGE_WITHIN_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), "katydid-browser-"));
let network: LocalNetwork;
let ledger: HttpLedgerClient;
let browser: Browser;

before(async () => {
  network = await startLocalNetwork({
    ...{ folder, httpPort: 0, mqttPort: 0, consoleFolder, log: silentLog },
    ...{ hotspots: 20, collars: 2, sensors: 1 },
  });
  ledger = new HttpLedgerClient({ url: network.url, clock: realClock, log: silentLog });
  browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS });
  await settledChallenges();
});

after(async () => {
  await browser?.close();
  await ledger?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test("the page tells what is covered, and why each witness was or was not paid", async () => {
  const { page, problems } = await openPage(network.link);
  const aside = page.locator("aside");

  await clickFeature(page, "coverage");
  await page.waitForSelector("[data-testid=hex-state]", { timeout: PAGE_WITHIN_MS });
  assert.match((await aside.textContent()) ?? "", /Covered, best signal -\d+\.\d dBm/);
  const heard = await page.locator("[data-testid=hex-hotspots] li").allInnerTexts();
  assert.ok(heard.length > 0, "a covered hex lists the hotspots that heard its beacons");
  for (const line of heard) assert.match(line, /^[a-z]+-[a-z]+-[a-z]+\s+-\d+\.\d dBm, \d+×$/);

  const clicked = await clickFeature(page, "hotspots");
  const view = await ledger.hotspot(clicked.address as Parameters<typeof ledger.hotspot>[0]);
  assert.ok(view, "the map shows hotspots of the ledger");
  await page.waitForFunction(
    (name) => document.querySelector("[data-testid=hotspot-name]")?.textContent === name,
    view.name,
    { timeout: PAGE_WITHIN_MS },
  );
  await page.waitForSelector("[data-testid=verdict]", { timeout: PAGE_WITHIN_MS });
  const verdicts = await page.locator("[data-testid=verdict]").allInnerTexts();
  for (const says of verdicts) assert.match(says, REASONS, says);
  const numbers = verdicts.filter((says) => /-\d+\.\d dBm|\d valid witness/.test(says));
  assert.ok(numbers.length > 0, `no verdict with its numbers among: ${verdicts.join(" | ")}`);

  const standing = await page.locator("[data-testid=standing]").textContent();
  assert.match(standing ?? "", /Its bond of [\d.,]+ tokens is good/);
  const pay = await page.locator("[data-testid=pay]").textContent();
  assert.match(pay ?? "", /Held: [\d.,]+ tokens/);

  if (process.env.KATYDID_SCREENSHOT)
    await page.screenshot({ path: process.env.KATYDID_SCREENSHOT });
  assert.deepEqual(problems, []);
  await page.close();
});

test("devices are shown to who has the owner's token, and to nobody else", async () => {
  const { page: stranger } = await openPage(`${network.url}/#/devices`);
  await stranger.waitForSelector("text=Devices are private", { timeout: PAGE_WITHIN_MS });
  assert.equal(await stranger.locator("[data-testid=devices] li").count(), 0);
  await stranger.close();

  const { page } = await openPage(network.link);
  assert.ok(!page.url().includes("token"), "the token leaves the address bar");
  await page.locator("nav a", { hasText: "Devices" }).click();
  await page.waitForSelector("[data-testid=devices] li", { timeout: PAGE_WITHIN_MS });
  assert.equal(await page.locator("[data-testid=devices] li").count(), 3);
  await page.locator("[data-testid=devices] a", { hasText: "rex" }).click();
  await page.waitForSelector("[data-testid=device-name]", { timeout: PAGE_WITHIN_MS });
  assert.match((await page.locator("aside").textContent()) ?? "", /rex.*Last heard.*Cost so far/s);
  await page.close();
});

/** What the page says of a challenge, in whatever state it is. */
const REASONS = /^(Valid|Not paid|Heard by|It had|Opened|Under way|Revealed|Not final yet|Lapsed)/;

const FLAGS = [
  "--no-sandbox",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function browserPath(): string {
  const known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = process.env.KATYDID_BROWSER ?? known.find((path) => existsSync(path));
  assert.ok(found, "Chromium is missing: install it, or name it in KATYDID_BROWSER");
  return found;
}

function settledChallenges(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let heard = 0;
  const late = realClock.after(SETTLED_WITHIN_MS, () =>
    reject(new Error(`only ${heard} of ${SETTLED_MIN} challenges were heard and settled in time`)),
  );
  const watch = ledger.watch({ kinds: ["challenge-settled"] }, (event) => {
    if (event.kind !== "challenge-settled") return;
    if (event.view.witnesses.some(({ verdict }) => verdict === "valid")) heard += 1;
    if (heard >= SETTLED_MIN) resolve();
  });
  return promise.finally(() => {
    watch.cancel();
    late.cancel();
  });
}

async function openPage(url: string): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(url);
  await idle(page);
  return { page, problems };
}

function idle(page: Page): Promise<unknown> {
  return page.waitForFunction(() => document.body.dataset.map === "idle", undefined, {
    timeout: PAGE_WITHIN_MS,
  });
}

interface Found {
  readonly x: number;
  readonly y: number;
  readonly properties: Record<string, string>;
}

/** Clicks the middle of a drawn feature that nothing covers; answers with its properties. */
async function clickFeature(
  page: Page,
  layer: "coverage" | "hotspots",
): Promise<Record<string, string>> {
  const handle = await page.waitForFunction(findFeature, layer, { timeout: PAGE_WITHIN_MS });
  const found = (await handle.jsonValue()) as Found;
  const box = await page.locator(".map").boundingBox();
  assert.ok(box, "the map is on the page");
  await page.mouse.click(box.x + found.x, box.y + found.y);
  return found.properties;
}

/** Runs in the page. */
function findFeature(layer: string): Found | undefined {
  interface Drawn {
    readonly properties: Record<string, string>;
    readonly geometry: { readonly type: string; readonly coordinates: unknown };
  }
  interface Drawing {
    queryRenderedFeatures(options: { layers: string[] }): Drawn[];
    project(place: number[]): { x: number; y: number };
    getContainer(): HTMLElement;
  }
  const map = (window as unknown as { katydidMap: Drawing }).katydidMap;
  const middle = ({ geometry }: Drawn) => {
    if (geometry.type === "Point") return map.project(geometry.coordinates as number[]);
    const ring = (geometry.coordinates as number[][][])[0] ?? [];
    const mean = (axis: number) =>
      ring.reduce((sum, corner) => sum + (corner[axis] ?? 0), 0) / ring.length;
    return map.project([mean(0), mean(1)]);
  };
  const above = map.queryRenderedFeatures({ layers: ["hotspots", "devices"] }).map(middle);
  const legend = document.querySelector(".legend")?.getBoundingClientRect();
  const { width, height, left, top } = map.getContainer().getBoundingClientRect();
  for (const drawn of map.queryRenderedFeatures({ layers: [layer] })) {
    if (layer === "coverage" && drawn.properties.state !== "covered") continue;
    if (layer === "coverage" && drawn.geometry.type !== "Polygon") continue;
    const { x, y } = middle(drawn);
    const near = above.filter((other) => Math.hypot(other.x - x, other.y - y) < 14).length;
    if (near > (layer === "coverage" ? 0 : 1)) continue;
    if (x < 60 || y < 60 || x > width - 60 || y > height - 60) continue;
    if (legend && left + x < legend.right + 10 && top + y > legend.top - 10) continue;
    return { x, y, properties: drawn.properties };
  }
  return undefined;
}
