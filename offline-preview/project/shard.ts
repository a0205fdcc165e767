// One part of many stacks, for machines that preview side by side.

import { UserError } from "../errors.ts";

/** The part that one machine previews. */
export interface Shard {
  /** 1 to `count`. */
  index: number;
  count: number;
}

/** Reads `--shard i/n`. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (index === undefined || shard.index < 1 || shard.index > shard.count) {
    throw new UserError(`--shard: ${text} is no part of a whole: write the number of the part and of all, such as 1/4`);
  }
  return shard;
}

/**
 * The items of a shard, sorted by their key. Every machine that has the same items comes to the same parts, whatever the
 * order in which it found them; together the parts are the whole, and their sizes differ by one at most.
 */
export function itemsOf<T>({ index, count }: Shard, items: T[], keyOf: (item: T) => string): T[] {
  const sorted = items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  return sorted.filter((_entry, position) => position % count === index - 1).map(({ item }) => item);
}
