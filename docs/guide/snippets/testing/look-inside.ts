import type { ReadOnlyKeyValueStore } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { payments, spendingTopology } from './spending-topology.ts'

using driver = new TopologyTestDriver(spendingTopology(), { applicationId: 'my-app', partitions: 4 })
const input = driver.createInputTopic(payments)
input.pipeInput({ key: '1', value: { user: 'ann', amount: 5 }, timestamp: 1_000 })

const stores = [0, 1, 2, 3].map((partition) => driver.stateStore<ReadOnlyKeyValueStore<string, object>>('spending', partition))
console.log(stores.map((store) => store.get('ann')))
console.log(driver.producedTopicNames())
