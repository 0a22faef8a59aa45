import type { StateRestoreListener, TopicPartition } from 'millrace'

interface Restore {
  readonly total: number
  done: number
}

/** How far the restores of an application's stores are. */
export class RestoreProgress implements StateRestoreListener {
  readonly #running = new Map<string, Restore>()
  /** Of restores that have ended while others run. */
  #ended = 0

  /** Records that are restored, of those that there are; null while nothing is restored. */
  get current(): { readonly done: number; readonly total: number } | null {
    if (this.#running.size === 0) return null
    const all = [...this.#running.values()]
    const sum = (count: (restore: Restore) => number): number =>
      all.reduce((total, restore) => total + count(restore), this.#ended)
    return { done: sum(({ done }) => done), total: sum(({ total }) => total) }
  }

  /** The same of each store that is being restored. */
  get byStore(): Readonly<Record<string, { readonly done: number; readonly total: number }>> {
    const stores: Record<string, { done: number; total: number }> = {}
    for (const [key, { done, total }] of this.#running) {
      const store = (stores[key.slice(key.indexOf(' ') + 1)] ??= { done: 0, total: 0 })
      store.done += done
      store.total += total
    }
    return stores
  }

  onRestoreStart(partition: TopicPartition, storeName: string, startOffset: number, endOffset: number): void {
    this.#running.set(keyOf(partition, storeName), { total: Math.max(0, endOffset - startOffset), done: 0 })
  }

  onBatchRestored(partition: TopicPartition, storeName: string, _nextOffset: number, restored: number): void {
    const restore = this.#running.get(keyOf(partition, storeName))
    if (restore !== undefined) restore.done = Math.min(restore.total, restore.done + restored)
  }

  onRestoreEnd(partition: TopicPartition, storeName: string): void {
    const key = keyOf(partition, storeName)
    this.#ended += this.#running.get(key)?.total ?? 0
    this.#running.delete(key)
    if (this.#running.size === 0) this.#ended = 0
  }

  onRestoreSuspended(partition: TopicPartition, storeName: string): void {
    this.#running.delete(keyOf(partition, storeName))
    if (this.#running.size === 0) this.#ended = 0
  }
}

function keyOf({ topic, partition }: TopicPartition, storeName: string): string {
  return `${topic}-${partition} ${storeName}`
}
