import { TopologyError } from '../../model/errors.ts'
import { neededRetentionMs } from '../../processor/stream-join/join-side.ts'
import { waitingKeySerde, waitingValuesSerde } from '../../processor/stream-join/join-serdes.ts'
import { mediumAndChangelog } from '../../state/store-options.ts'
import type { ChangelogOption, KeyValueStoreSpec, StoreMedium, WindowStoreSpec } from '../../state/store-spec.ts'
import type { AnyWindowStore } from '../../state/store-value.ts'
import { checkName } from '../../topology/names.ts'
import { erased, type AnySerde } from '../graph/state.ts'
import type { JoinWindows } from '../windows/join-windows.ts'

/** Options that all stores of a join have in common. */
export interface JoinStoreOptions {
  readonly windows: JoinWindows
  readonly key: AnySerde | undefined
  readonly changelog: ChangelogOption | undefined
  readonly medium: StoreMedium | undefined
}

/**
 * The store of one side's records. It keeps them as long as partners may come. `own` is the user's store, which takes the place
 * of a new one.
 */
export function recordStore(
  name: string,
  value: AnySerde | undefined,
  own: AnyWindowStore | undefined,
  { windows, key, ...kept }: JoinStoreOptions,
): WindowStoreSpec<unknown, unknown> {
  if (own !== undefined) return ownStore(own, value, key, windows)
  const { medium, changelog } = mediumAndChangelog(kept)
  return {
    kind: 'window',
    values: 'plain',
    name: checkName(name),
    key,
    value,
    medium,
    caching: 'disabled',
    changelog: withoutCompaction(changelog),
    changelogHeaders: 'record',
    ...times(windows),
    ...retained(windows),
    duplicates: 'keep',
    expiry: 'default',
  }
}

/** The store of the records of both sides that have no partner yet. */
export function waitingStore(
  name: string,
  values: readonly [left: AnySerde | undefined, right: AnySerde | undefined],
  { key, ...kept }: JoinStoreOptions,
): KeyValueStoreSpec<unknown, unknown> {
  return {
    kind: 'key-value',
    values: 'plain',
    name: checkName(name),
    key: erased(waitingKeySerde(key)),
    value: erased(waitingValuesSerde(...values)),
    caching: 'disabled',
    ...mediumAndChangelog(kept),
  }
}

function times({ sizeMs, graceMs }: JoinWindows) {
  return { windowSizeMs: sizeMs, retentionMs: sizeMs + graceMs }
}

/**
 * The store keeps records as long as the join may look for them, which is longer than in Java. The changelog's retention is
 * Java's.
 */
function retained(windows: JoinWindows) {
  const supplied = times(windows)
  return { retentionMs: neededRetentionMs(windows), changelogRetentionMs: supplied.retentionMs, supplied }
}

/**
 * Java distinguishes records of one key and time by a number that begins anew after a restart: compaction would delete some of
 * them.
 */
function withoutCompaction(changelog: ChangelogOption): ChangelogOption {
  if (changelog === 'disabled') return changelog
  return { config: { ...changelog.config, 'cleanup.policy': 'delete' } }
}

function ownStore(
  own: AnyWindowStore,
  value: AnySerde | undefined,
  key: AnySerde | undefined,
  windows: JoinWindows,
): WindowStoreSpec<unknown, unknown> {
  const { windowSizeMs, retentionMs } = times(windows)
  if (own.duplicates !== 'keep')
    throw unfit(own, `it would keep one record of each key and time only: give it duplicates: 'keep'.`)
  if (own.windowSizeMs !== windowSizeMs || own.retentionMs !== retentionMs)
    throw unfit(own, `give it the times of the windows: windowSizeMs ${windowSizeMs}, retentionMs ${retentionMs}.`)
  return {
    ...own,
    ...retained(windows),
    key: erased(own.key) ?? key,
    value: erased(own.value) ?? value,
    changelogHeaders: 'record',
  }
}

function unfit({ name, ...facts }: AnyWindowStore, why: string): TopologyError {
  const { duplicates, windowSizeMs, retentionMs } = facts
  return new TopologyError('STREAMS_JOIN_STORE', `The store ${name} does not fit the join: ${why}`, {
    facts: { store: name, duplicates, windowSizeMs, retentionMs },
  })
}

export function checkDistinct(thisStore: AnyWindowStore | undefined, otherStore: AnyWindowStore | undefined): void {
  if (thisStore === undefined || thisStore.name !== otherStore?.name) return
  const message = `Both sides of a join would be kept in the store ${thisStore.name}: give each a store of its own.`
  throw new TopologyError('STREAMS_JOIN_STORE', message, { facts: { store: thisStore.name } })
}
