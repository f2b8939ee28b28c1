/** Who subscribed to what: exact filters by look-up, others by a walk along the levels. */

export class TopicTree<T> {
  readonly #exact = new Map<string, Set<T>>();
  readonly #root = new Level<T>();
  #wildcards = 0;

  add(filter: string, subscriber: T): void {
    if (!hasWildcard(filter)) {
      const found = this.#exact.get(filter);
      if (found === undefined) this.#exact.set(filter, new Set([subscriber]));
      else found.add(subscriber);
      return;
    }
    this.#wildcards += 1;
    let level = this.#root;
    for (const name of filter.split("/")) level = level.child(name);
    level.subscribers.add(subscriber);
  }

  remove(filter: string, subscriber: T): void {
    if (!hasWildcard(filter)) {
      const found = this.#exact.get(filter);
      found?.delete(subscriber);
      if (found?.size === 0) this.#exact.delete(filter);
      return;
    }
    const path = [this.#root];
    const names = filter.split("/");
    for (const name of names) {
      const next = path.at(-1)?.children.get(name);
      if (next === undefined) return;
      path.push(next);
    }
    if (!path.at(-1)?.subscribers.delete(subscriber)) return;
    this.#wildcards -= 1;
    for (let at = names.length; at > 0 && path[at]?.isEmpty; at -= 1) {
      path[at - 1]?.children.delete(names[at - 1] ?? "");
    }
  }

  /**
   * Calls `visit` for each subscriber of `topic`, in the order of subscribing within one filter.
   */
  match(topic: string, visit: (subscriber: T) => void): void {
    const exact = this.#exact.get(topic);
    if (exact !== undefined) for (const subscriber of exact) visit(subscriber);
    if (this.#wildcards === 0) return;
    walk({ level: this.#root, names: topic.split("/"), at: 0, visit });
  }
}

class Level<T> {
  readonly children = new Map<string, Level<T>>();
  readonly subscribers = new Set<T>();
  get isEmpty(): boolean {
    return this.children.size === 0 && this.subscribers.size === 0;
  }
  child(name: string): Level<T> {
    const found = this.children.get(name);
    if (found !== undefined) return found;
    const made = new Level<T>();
    this.children.set(name, made);
    return made;
  }
}

interface Walk<T> {
  readonly level: Level<T>;
  readonly names: readonly string[];
  readonly at: number;
  readonly visit: (subscriber: T) => void;
}

function walk<T>({ level, names, at, visit }: Walk<T>): void {
  // MQTT 3.1.1 §4.7.2: a wildcard at the front does not cover topics that begin with $.
  const own = at === 0 && names[0]?.startsWith("$") === true;
  if (!own) {
    const rest = level.children.get("#");
    if (rest !== undefined) for (const subscriber of rest.subscribers) visit(subscriber);
  }
  const name = names[at];
  if (name === undefined) {
    for (const subscriber of level.subscribers) visit(subscriber);
    return;
  }
  const exact = level.children.get(name);
  if (exact !== undefined) walk({ level: exact, names, at: at + 1, visit });
  const any = own ? undefined : level.children.get("+");
  if (any !== undefined) walk({ level: any, names, at: at + 1, visit });
}

function hasWildcard(filter: string): boolean {
  return filter.includes("+") || filter.includes("#");
}
