import { Serdes, StreamsBuilder, timestampedKeyValueStore, topic, valueAndTimestamp } from 'millrace'
import type { Processor, TimestampedKeyValueStore } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

const logins = topic('logins', { key: Serdes.string, value: Serdes.string })
const lastLogin = timestampedKeyValueStore('last-login', { key: Serdes.string, value: Serdes.string })

/** Keeps the last login of a user, and forgets it a day later. */
function forgetful(ttlMs: number): Processor<string, string, never, never> {
  let store: TimestampedKeyValueStore<string, string>
  return {
    init(context) {
      store = context.stateStore(lastLogin)
      context.schedule(ttlMs / 24, 'stream-time', (now) => {
        for (const { key, value } of store.all()) if (value.timestamp + ttlMs <= now) store.delete(key)
      })
    },
    process: ({ key, value, timestamp }) => store.put(key, valueAndTimestamp(value, timestamp)),
  }
}

const builder = new StreamsBuilder()
builder.addStateStore(lastLogin)
builder.stream(logins).process(() => forgetful(86_400_000), { stores: ['last-login'] })

using driver = new TopologyTestDriver(builder.build())
const input = driver.createInputTopic(logins)
const keys = () => [...driver.stateStore(lastLogin).all()].map(({ key }) => key)
input.pipeInput({ key: 'ann', value: 'from home', timestamp: 0 })
input.pipeInput({ key: 'bob', value: 'from work', timestamp: 80_000_000 })
console.log(keys())
input.pipeInput({ key: 'cleo', value: 'from home', timestamp: 90_000_000 })
console.log(keys())
