import { noHeaders } from '../../model/headers.ts'
import type { Serde } from '../../model/serde.ts'
import { changelogTopicOf } from '../../topology/changelog-topic.ts'
import { changelogTopicName } from '../../topology/internal-topic-names.ts'
import type { StoreNode, Subtopology } from '../../topology/topology-plan.ts'
import type { ReadableRange } from '../../transport/readable-ranges.ts'
import type { RecordReader } from '../task/record-reader.ts'
import type { SerdeResolver } from './serde-resolver.ts'

interface Writing {
  readonly topic: string
  readonly key: Serde<unknown>
  readonly value: Serde<unknown>
}

/**
 * Lets the serdes of sinks and stores fetch or register the schemas that they write with. Awaited before the first record of a
 * task.
 */
export async function prepareWrites(
  subtopologies: readonly Subtopology[],
  serdes: SerdeResolver,
  applicationId: string,
): Promise<void> {
  const sinks = subtopologies.flatMap(({ nodes }) => nodes).flatMap((node) => sinkWriting(node, serdes))
  const stores = subtopologies.flatMap((each) => each.stores).map((store) => storeWriting(store, serdes, applicationId))
  for (const { topic, key, value } of [...sinks, ...stores]) {
    await key.prepareWrite?.({ topic, component: 'key', headers: noHeaders })
    await value.prepareWrite?.({ topic, component: 'value', headers: noHeaders })
  }
}

/** True if the serdes of a partition can read records without fetching anything. */
export function isPrepared({ key, value }: Pick<RecordReader, 'key' | 'value'>): boolean {
  return key.serde.prepareRead === undefined && value.serde.prepareRead === undefined
}

/** Lets the serdes of a partition fetch the schemas that they need to read these records. */
export async function prepareReads(
  { key, value }: Pick<RecordReader, 'key' | 'value'>,
  ranges: readonly ReadableRange[],
): Promise<void> {
  if (key.serde.prepareRead !== undefined) await key.serde.prepareRead(bytesOf(ranges, 'key'), key.context)
  if (value.serde.prepareRead !== undefined) await value.serde.prepareRead(bytesOf(ranges, 'value'), value.context)
}

function bytesOf(ranges: readonly ReadableRange[], component: 'key' | 'value'): readonly Uint8Array[] {
  return ranges.flatMap(({ batch, from, end }) =>
    Array.from({ length: end - from }, (_, index) => batch[component](from + index)).filter((bytes) => bytes !== null),
  )
}

function sinkWriting(node: Subtopology['nodes'][number], serdes: SerdeResolver): readonly Writing[] {
  if (node.kind !== 'sink' || typeof node.topic !== 'string') return []
  return [{ topic: node.topic, key: serdes.key(node.key, node.name), value: serdes.value(node.value, node.name) }]
}

function storeWriting({ spec, changelog }: StoreNode, serdes: SerdeResolver, applicationId: string): Writing {
  const topic = changelogTopicOf({ changelog }) ?? changelogTopicName(applicationId, spec.name)
  const owner = `The store ${spec.name}`
  return { topic, key: serdes.key(spec.key, owner), value: serdes.value(spec.value, owner) }
}
