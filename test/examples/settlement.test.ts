import t from 'tap'
import { Serdes, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { settlementTopology } from '../../examples/transfer-pipeline/topologies/settlement.ts'
import type { SettlementLimits } from '../../examples/transfer-pipeline/topologies/settlement.ts'
import { transferCommands, transfers } from '../../examples/transfer-pipeline/topics.ts'

const startMs = 1795341605000

interface Sent {
  readonly id: number
  readonly from?: number
  readonly amount?: string
  readonly atMs?: number
  readonly status?: 'PENDING' | 'COMPLETED' | 'FAILED' | 'REVERSED'
}

function openSettlement(limits?: Partial<SettlementLimits>) {
  const driver = new TopologyTestDriver(settlementTopology(limits), { partitions: 3 })
  const input = driver.createInputTopic(transfers)
  const output = driver.createOutputTopic(transferCommands)
  const send = ({ id, from = 1, amount = '10.00', atMs = 0, status = 'PENDING' }: Sent): void => {
    const at = startMs + atMs
    input.pipeInput({
      key: String(id),
      value: { id, fromUserId: from, toUserId: 99, amount, status, createdAt: at, lastUpdatedAt: at },
      timestamp: at,
    })
  }
  const decided = (): unknown[] =>
    output.readRecords().map(({ key, value }) => [key, value?.transferId, value?.status, value?.reason])
  return { driver, send, decided }
}

t.test('ST1: what is PENDING is completed, or fails where it breaks the limit of amounts', async (t) => {
  const { driver, send, decided } = openSettlement()
  using _ = driver
  send({ id: 1 })
  send({ id: 2, amount: '10000.00' })
  send({ id: 3, amount: '10000.01' })
  send({ id: 4, amount: '9999999999999999.99' })
  send({ id: 5, status: 'COMPLETED' })
  send({ id: 6, status: 'REVERSED' })
  const deleted = topic(transfers.name, { key: Serdes.string, value: Serdes.void })
  driver.createInputTopic(deleted).pipeInput({ key: '1', value: null })
  t.same(decided(), [
    ['1', 1, 'COMPLETED', 'NONE'],
    ['2', 2, 'COMPLETED', 'NONE'],
    ['3', 3, 'FAILED', 'AMOUNT'],
    ['4', 4, 'FAILED', 'AMOUNT'],
  ])
})

t.test('ST1: a user who sends too many within the window has those beyond fail; others do not', async (t) => {
  const { driver, send, decided } = openSettlement({ velocity: { transfers: 3, windowMs: 1000 } })
  using _ = driver
  for (let id = 1; id <= 5; id++) send({ id, atMs: id * 100 })
  send({ id: 6, from: 2, atMs: 550 })
  send({ id: 7, atMs: 1500 })
  const statuses = decided().map((command) => (command as string[])[3])
  t.same(statuses, ['NONE', 'NONE', 'NONE', 'VELOCITY', 'VELOCITY', 'NONE', 'NONE'])
})

t.test('ST1: a repeated or late record decides the same again', async (t) => {
  const { driver, send, decided } = openSettlement({ velocity: { transfers: 2, windowMs: 1000 } })
  using _ = driver
  for (let id = 1; id <= 4; id++) send({ id, atMs: id })
  const first = decided()
  for (let id = 1; id <= 4; id++) send({ id, atMs: id })
  t.same(decided(), first)
})
