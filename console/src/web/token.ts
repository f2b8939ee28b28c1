/**
 * The owner's token comes with the printed link, behind the `#`, so that it reaches no server log
 * and no referrer. It lives in this tab only.
 */
const KEY = "katydid-token";

export function takeTokenFromLink(): void {
  const match = /^#token=([\w-]+)$/.exec(window.location.hash);
  if (match?.[1] === undefined) return;
  sessionStorage.setItem(KEY, match[1]);
  window.history.replaceState(null, "", `${window.location.pathname}#/`);
}

export function ownerToken(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}
