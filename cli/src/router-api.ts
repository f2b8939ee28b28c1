/** The router's API, as the owner of the token. */
import { CommandError, EXIT, type Invocation, notFound, usage } from "./command.ts";
import { nodeUrl, ownerToken } from "./network.ts";

const TIMEOUT_MS = 15_000;

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
}

/** The JSON answer of a request. Throws CommandError with the exit code that fits the refusal. */
export async function routerApi<T>(
  invocation: Invocation,
  request: {
    readonly method: "GET" | "POST" | "DELETE";
    readonly path: string;
    readonly body?: object;
  },
): Promise<T> {
  const { method, path, body } = request;
  const url = `${nodeUrl(invocation)}/router/v1/${path}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        authorization: `Bearer ${ownerToken(invocation)}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const why = cause instanceof Error ? (cause.cause ?? cause) : cause;
    throw new CommandError(
      EXIT.failed,
      `No answer from the router at ${nodeUrl(invocation)} (${String(why)}): is it running?`,
    );
  }
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const says = problem.detail ?? problem.title ?? response.statusText;
  if (response.status === 404) throw notFound(`${says}.`);
  if (response.status === 400) throw usage(`${says}.`);
  if (response.status === 401) {
    throw new CommandError(
      EXIT.refused,
      "The router does not know this token: see owner.token in its data folder.",
    );
  }
  throw new CommandError(EXIT.refused, `The router refused it: ${says}.`, {
    ...(problem.code === undefined ? {} : { reason: problem.code }),
  });
}
