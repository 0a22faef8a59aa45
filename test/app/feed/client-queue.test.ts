import { test } from 'tap'
import { ClientQueue } from '../../../app/feed/client-queue.ts'
import type { Outlet } from '../../../app/feed/client-queue.ts'

/** A client that takes a frame when it is told to. */
class SlowOutlet implements Outlet {
  readonly written: string[] = []
  readonly #gone = new AbortController()
  readonly gone = this.#gone.signal
  hasEnded = false
  #drained = Promise.withResolvers<void>()

  write(frame: string): boolean {
    this.written.push(frame)
    return false
  }

  drained(): Promise<void> {
    return this.#drained.promise
  }

  async take(): Promise<void> {
    const { resolve } = this.#drained
    this.#drained = Promise.withResolvers()
    resolve()
    await new Promise(setImmediate)
  }

  end(): void {
    this.hasEnded = true
  }

  destroy(): void {}

  leave(): void {
    this.#gone.abort()
  }
}

const overflow = (bytes: number, ms: number): string => `overflow after ${bytes} bytes${ms >= 20 ? ', too late' : ''}`

test('frames wait while the client does not take them, and come in order', async (t) => {
  const outlet = new SlowOutlet()
  const queue = new ClientQueue(outlet, overflow)
  for (const frame of ['a', 'b', 'c']) queue.push(frame)
  t.same(outlet.written, ['a'])
  t.equal(queue.waitingBytes, 2)
  await outlet.take()
  await outlet.take()
  t.same(outlet.written, ['a', 'b', 'c'])
  t.equal(queue.waitingBytes, 0)
})

test('a client with too many bytes waiting gets a last frame instead of them', async (t) => {
  const outlet = new SlowOutlet()
  const queue = new ClientQueue(outlet, overflow, { bytes: 10, ms: 60_000 })
  for (const frame of ['first', '12345', '67890', 'x']) queue.push(frame)
  t.same(outlet.written, ['first', 'overflow after 11 bytes'])
  t.equal(outlet.hasEnded, true)
  queue.push('nothing more')
  t.equal(outlet.written.length, 2)
})

test('a client for whom a frame has waited too long gets a last frame, though it is small', async (t) => {
  const outlet = new SlowOutlet()
  const queue = new ClientQueue(outlet, overflow, { bytes: 1000, ms: 20 })
  queue.push('first')
  queue.push('second')
  while (!outlet.hasEnded) await new Promise((resolve) => setTimeout(resolve, 1))
  t.same(outlet.written, ['first', 'overflow after 6 bytes, too late'])
})

test('a last frame comes after those that wait', async (t) => {
  const outlet = new SlowOutlet()
  const queue = new ClientQueue(outlet, overflow)
  queue.push('a')
  queue.push('b')
  queue.end('goodbye')
  t.equal(outlet.hasEnded, false)
  await outlet.take()
  await outlet.take()
  await outlet.take()
  t.same(outlet.written, ['a', 'b', 'goodbye'])
  t.equal(outlet.hasEnded, true)
})

test('whoever waits for room is woken when the client has left', async (t) => {
  const outlet = new SlowOutlet()
  const queue = new ClientQueue(outlet, overflow)
  queue.push('a')
  const room = queue.writable()
  outlet.leave()
  await room
  t.equal(queue.waitingBytes, 0)
})
