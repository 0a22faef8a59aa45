import fc from 'fast-check'
import { Serdes } from '../../../lib/serde/serdes.ts'
import type { RecordBuffer } from '../../../lib/state/buffers/record-buffer.ts'
import type { RecordBufferSpec } from '../../../lib/state/store-spec.ts'
import { runs } from '../../laws/runs.ts'
import { checkpoint, open, storeTask } from '../../state/store-fixture.ts'
import { committer, dropped, restored } from './restored.ts'
import type { StoreCase, StoreGround } from './store-case.ts'

type Buffered = RecordBuffer<string, string>

let buffers = 0

function bufferSpec(): RecordBufferSpec {
  return {
    kind: 'record-buffer',
    name: `b${buffers++}`,
    key: Serdes.string as RecordBufferSpec['key'],
    value: Serdes.string as RecordBufferSpec['value'],
    medium: 'default',
    caching: 'disabled',
    changelog: { config: {} },
  }
}

function contextAt(timestamp: number) {
  return { topic: 'in', partition: 0, offset: 3, timestamp, headers: [{ key: 'h', value: Uint8Array.of(1) }] }
}

function put(buffer: Buffered, key: string, value: string, timestamp: number): void {
  buffer.put(key, value, contextAt(timestamp))
}

function given(buffer: Buffered, untilMs: number): string[] {
  const found: string[] = []
  buffer.evictUntil(untilMs, (key, value, { timestamp }) => void found.push(`${key}=${value}@${timestamp}`))
  return found
}

const key = fc.constantFrom('', 'a', 'ab', 'b')
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('put' as const), key, value: fc.string({ maxLength: 2 }), time: fc.nat(30) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('evict' as const), time: fc.integer({ min: -5, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
)
const steps = fc.array(step, { maxLength: 40, size: 'max' })

interface Waiting {
  readonly key: string
  readonly value: string
  readonly time: number
}

/** By time, then key; those of one time and key as they came. */
function inOrder(waiting: readonly Waiting[]): readonly Waiting[] {
  return waiting.toSorted((left, right) => left.time - right.time || (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
}

function openBuffer(spec: RecordBufferSpec, ground: StoreGround) {
  const task = storeTask(ground)
  return { task, buffer: open<Buffered>(spec, task) }
}

export const recordBufferCases: Readonly<Record<string, StoreCase>> = {
  'a buffer gives records up by time, key and number, with their context': (t, ground) => {
    const { buffer } = openBuffer(bufferSpec(), ground)
    t.equal(buffer.streamTime, -1)
    put(buffer, 'b', '1', 10)
    put(buffer, 'a', '2', 10)
    put(buffer, 'a', '3', 10)
    put(buffer, 'z', '4', 5)
    t.equal(buffer.streamTime, 10)
    t.strictSame(given(buffer, 4), [])
    t.strictSame(given(buffer, 9), ['z=4@5'])
    buffer.evictUntil(10, (_key, _value, context) => t.strictSame(context, contextAt(10)))
    t.strictSame(given(buffer, 100), [])
  },
  'a buffer is a list in the order of time': (t, ground) => {
    const law = fc.property(steps, (steps) => {
      const spec = bufferSpec()
      const { buffer } = openBuffer(spec, ground)
      let waiting: readonly Waiting[] = []
      for (const step of steps)
        if (step.do === 'put') {
          put(buffer, step.key, step.value, step.time)
          waiting = inOrder([...waiting, step])
        } else if (step.do === 'evict') {
          const due = waiting.filter(({ time }) => time <= step.time).map(({ key, value, time }) => `${key}=${value}@${time}`)
          waiting = waiting.filter(({ time }) => time > step.time)
          if (given(buffer, step.time).join() !== due.join()) return false
        } else {
          buffer.commit()
          checkpoint(buffer, ground.storage)
        }
      dropped(ground, spec.name)
      return true
    })
    t.doesNotThrow(() => fc.assert(law, runs(150)))
  },
}

export const recordBufferRestoreCases: Readonly<Record<string, StoreCase>> = {
  'the changelog of a buffer has a zero byte, time, key and number; and a deletion for what is given up': (t, ground) => {
    const { buffer, task } = openBuffer(bufferSpec(), ground)
    put(buffer, 'k', 'v', 5)
    given(buffer, 5)
    t.strictSame(
      task.log.map(({ key, value }) => [Buffer.from(key).toString('hex'), value === null]),
      [
        ['0000000000000000056b00000001', false],
        ['0000000000000000056b00000001', true],
      ],
    )
  },
  'a buffer restored at any offset is the live buffer': (t, ground) => {
    const law = fc.property(steps, (steps) => {
      const spec = bufferSpec()
      const { buffer: live, task } = openBuffer(spec, ground)
      const commits = committer(live, task, ground)
      for (const step of steps)
        if (step.do === 'put') put(live, step.key, step.value, step.time)
        else if (step.do === 'evict') given(live, step.time)
        else commits.run()
      const again = restored(() => openBuffer(spec, ground).buffer, task.log, commits.stored())
      const shown = [live, again].map((buffer) => {
        put(buffer, 'a', 'next', 15)
        return JSON.stringify([buffer.streamTime, given(buffer, 100)])
      })
      dropped(ground, spec.name)
      return shown[0] === shown[1]
    })
    t.doesNotThrow(() => fc.assert(law, runs(150)))
  },
}
