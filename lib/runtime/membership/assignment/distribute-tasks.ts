import { assert } from '../../../model/assert.ts'
import type { TaskId } from '../../../model/task-id.ts'
import { compareTaskIds, taskIdString } from '../../../model/task-id.ts'

/** A process, or a member, that takes tasks. Tasks are named by their id strings. */
export interface Bucket {
  readonly id: string
  /** A bucket of capacity 2 takes twice as many tasks as one of capacity 1. */
  readonly capacity: number
  /** How many tasks the bucket has already. */
  readonly load: number
  /** The bucket ran the task, and may go on with it at once. */
  isOwner(task: string): boolean
  /** How many changelog records the bucket's state of the task is behind; Infinity: it has no state of the task. */
  lag(task: string): number
}

interface Share {
  readonly bucket: Bucket
  readonly owned: readonly string[]
  /**
   * For how many tasks the bucket is the best place: tasks that it owns, and tasks without owner of which it has the smallest lag.
   */
  readonly wanted: number
  quota: number
  readonly tasks: string[]
}

/**
 * Spreads tasks over buckets by capacity. First it decides how many tasks each bucket takes; if several splits are equally even,
 * the buckets that own more tasks take more. Then owners keep their tasks, other tasks go to the smallest lag, and tasks without
 * any state go to the least loaded bucket.
 */
export function distributeTasks(tasks: readonly TaskId[], buckets: readonly Bucket[]): ReadonlyMap<string, readonly TaskId[]> {
  assert(tasks.length === 0 || buckets.length > 0, 'Tasks are given to somebody.')
  const ids = new Map(tasks.toSorted(compareTaskIds).map((id) => [taskIdString(id), id]))
  const shares = openShares([...ids.keys()], buckets)
  setQuotas(shares, ids.size)
  const open = new Set(ids.keys())
  for (const share of shares) keepOwned(share, shares, open)
  followLags(shares, open)
  for (const task of open) give(leastLoaded(shares), task, open)
  return new Map(shares.map(({ bucket, tasks: some }) => [bucket.id, some.map((task) => ids.get(task)!)]))
}

/** Of two buckets that own a task, the one with the smaller lag is the owner: the other has missed a rebalance. */
function openShares(tasks: readonly string[], buckets: readonly Bucket[]): readonly Share[] {
  const sorted = buckets.toSorted(({ id: left }, { id: right }) => (left < right ? -1 : 1))
  const nearest = (task: string, among: readonly Bucket[]): Bucket | undefined => least(among, (bucket) => [bucket.lag(task)])
  const ownerOf = (task: string): Bucket | undefined =>
    nearest(
      task,
      sorted.filter((bucket) => bucket.isOwner(task)),
    )
  const byOwner = Map.groupBy(tasks, ownerOf)
  const withState = (task: string): readonly Bucket[] => sorted.filter((bucket) => bucket.lag(task) < Infinity)
  const byNearest = Map.groupBy(byOwner.get(undefined) ?? [], (task) => nearest(task, withState(task)))
  return sorted.map((bucket) => {
    const owned = byOwner.get(bucket) ?? []
    return { bucket, owned, wanted: owned.length + (byNearest.get(bucket)?.length ?? 0), quota: 0, tasks: [] }
  })
}

/**
 * Decides how many tasks each bucket takes. Tasks are counted out one by one, each to the bucket that would be least loaded with
 * it. So each bucket gets its share, rounded up or down.
 */
function setQuotas(shares: readonly Share[], count: number): void {
  const ranks = ({ bucket, owned, wanted, quota }: Share): readonly number[] => [
    (bucket.load + quota + 1) / bucket.capacity,
    quota < owned.length ? 0 : 1,
    quota - wanted,
  ]
  for (let left = count; left > 0; left--) least(shares, ranks)!.quota++
}

/** An owner that may not keep all its tasks first gives up those of which another bucket has the smallest lag. */
function keepOwned(share: Share, shares: readonly Share[], open: Set<string>): void {
  const others = shares.filter((other) => other !== share)
  const nearest = (task: string): number => Math.min(...others.map(({ bucket }) => bucket.lag(task)))
  const byDistance = share.owned.map((task) => ({ task, lag: nearest(task) })).sort((left, right) => compare(right.lag, left.lag))
  for (const { task } of byDistance.slice(0, share.quota)) give(share, task, open)
}

function followLags(shares: readonly Share[], open: Set<string>): void {
  const pairs = [...open].flatMap((task) =>
    shares.map((share) => ({ task, share, lag: share.bucket.lag(task) })).filter(({ lag }) => lag < Infinity),
  )
  for (const { task, share } of pairs.sort((left, right) => compare(left.lag, right.lag)))
    if (open.has(task) && share.tasks.length < share.quota) give(share, task, open)
}

function leastLoaded(shares: readonly Share[]): Share {
  const free = shares.filter(({ tasks, quota }) => tasks.length < quota)
  return least(free, ({ bucket, tasks }) => [(bucket.load + tasks.length + 1) / bucket.capacity])!
}

function give({ tasks }: Share, task: string, open: Set<string>): void {
  tasks.push(task)
  open.delete(task)
}

/** The item with the smallest ranks, compared one after the other; of equal ones the first. */
function least<T>(items: readonly T[], ranks: (item: T) => readonly number[]): T | undefined {
  let best: T | undefined
  let bestRanks: readonly number[] = []
  for (const item of items) {
    const own = ranks(item)
    const difference = own.findIndex((rank, index) => rank !== bestRanks[index])
    if (best !== undefined && (difference === -1 || own[difference]! > bestRanks[difference]!)) continue
    best = item
    bestRanks = own
  }
  return best
}

function compare(left: number, right: number): number {
  return left === right ? 0 : left < right ? -1 : 1
}
