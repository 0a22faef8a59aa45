import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Heap } from '../../lib/kernel/heap.ts'
import { runs } from '../laws/runs.ts'

const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 600 }) },
  { weight: 2, arbitrary: fc.integer({ min: 600, max: 20_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 300_000 }) },
)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ allocate: size, mark: fc.integer({ min: 1, max: 255 }) }) },
  { weight: 2, arbitrary: fc.record({ release: fc.nat(1000) }) },
)

interface Block {
  readonly block: number
  readonly bytes: number
  readonly mark: number
}

function mark({ memory }: Heap, { block, bytes, mark }: Block): void {
  memory.bytes.fill(mark, block * 8, block * 8 + bytes)
}

function isMarked({ memory }: Heap, { block, bytes, mark }: Block): boolean {
  const found = memory.bytes.subarray(block * 8, block * 8 + bytes)
  return found[0] === mark && found[bytes - 1] === mark && found.every((byte) => byte === mark)
}

t.test('a block belongs to nobody else until it is released, and is counted exactly', async () => {
  const law = fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
    const heap = new Heap()
    const blocks: Block[] = []
    for (const step of steps) {
      if ('allocate' in step) {
        const block = { block: heap.allocate(step.allocate), bytes: step.allocate, mark: step.mark }
        mark(heap, block)
        blocks.push(block)
        deepEqual(heap.fits(block.block, step.allocate), true)
        deepEqual(heap.capacity(block.block) >= step.allocate, true)
      } else if (blocks.length > 0) {
        const [block] = blocks.splice(step.release % blocks.length, 1)
        deepEqual(isMarked(heap, block!), true)
        heap.release(block!.block)
      }
    }
    for (const block of blocks) deepEqual(isMarked(heap, block), true)
    deepEqual(
      heap.usedBytes,
      blocks.reduce((sum, { block }) => sum + heap.capacity(block), 0),
    )
    for (const { block } of blocks) heap.release(block)
    deepEqual(heap.usedBytes, 0)
  })
  fc.assert(law, runs(100))
})

t.test('blocks of one size leave memory that blocks of another size use', async (t) => {
  const heap = new Heap()
  let blocks = Array.from({ length: 10_000 }, () => heap.allocate(100))
  const { heldBytes } = heap
  for (const bytes of [200, 400, 3000, 40_000, 100, 17]) {
    for (const block of blocks) heap.release(block)
    blocks = Array.from({ length: Math.floor(1_000_000 / bytes) }, () => heap.allocate(bytes))
  }
  t.ok(heap.heldBytes <= 2 * heldBytes, `${heap.heldBytes} of ${heldBytes}`)
})

t.test('values that grow and go, for long: at least half of the memory holds them', async (t) => {
  const heap = new Heap()
  const blocks = new Map<number, number>()
  let random = 7
  for (let turn = 0; turn < 600_000; turn++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
    const key = (random >>> 8) % 30_000
    const bytes = 16 + Math.floor(turn / 3000) + (random % 100)
    if (blocks.has(key)) heap.release(blocks.get(key)!)
    blocks.delete(key)
    if (random % 10 !== 0) blocks.set(key, heap.allocate(bytes))
  }
  t.ok(heap.usedBytes / heap.heldBytes >= 0.5, `${heap.usedBytes} of ${heap.heldBytes}`)
})
