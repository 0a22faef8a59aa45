import type { ChangelogSink, StateStoreContext } from '../../state/state-store.ts'
import type { StoreSpec } from '../../state/store-spec.ts'
import { changelogTopicName } from '../../topology/internal-topic-names.ts'
import type { TaskScope } from './task-scope.ts'

/**
 * Makes the context through which a store sees its task. `topic` is its changelog; undefined if it has none.
 */
export function storeContext(
  spec: StoreSpec,
  topic: string | undefined,
  changelog: ChangelogSink | undefined,
  scope: TaskScope,
): StateStoreContext {
  const { environment, id, storage, current, droppedRecords, skipped } = scope
  const { applicationId, cache, kept, compatibility, defaultStoreMedium, serdes, metrics, clock } = environment
  return {
    applicationId,
    taskId: id,
    storage,
    changelogTopic: topic ?? changelogTopicName(applicationId, spec.name),
    changelog,
    cache,
    ...(kept === undefined ? {} : { kept }),
    compatibility,
    defaultMedium: defaultStoreMedium,
    keySerde: (serde) => serdes.key(serde, `The store ${spec.name}`),
    valueSerde: (serde) => serdes.value(serde, `The store ${spec.name}`),
    ownKey: current.ownKey,
    recordContext: () => current.context(),
    withRecordContext: (context, emit) => current.during(context, emit),
    streamTime: () => scope.streamTime(),
    droppedRecords: {
      get total() {
        return droppedRecords.total
      },
      add: () => skipped.dropInStore(spec),
    },
    metrics,
    clock,
  }
}
