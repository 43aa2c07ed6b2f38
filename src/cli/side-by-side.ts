/** Does the same with everything that comes, a few at a time. When `work` throws, what is under way ends and no more begins. */
export async function sideBySide<T>(
  items: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = toQueue(items);
  const worker = async () => {
    try {
      for (let next = await queue.next(); !next.done; next = await queue.next()) await work(next.value);
    } finally {
      await queue.return();
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

/** A generator answers one `next` after the other, whoever asks. */
async function* toQueue<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, void> {
  yield* items;
}
