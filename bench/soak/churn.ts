import type { Bench } from '../broker/bench.ts'
import { startMs } from '../gen/inputs.ts'
import type { InputRecord } from '../gen/inputs.ts'
import { randomBelow } from '../gen/random.ts'
import { keyBytes, keyOf } from '../gen/transfer.ts'
import type { TopologyName } from '../protocol.ts'
import { plainSettings } from '../rows/settings.ts'
import { folderBytes } from '../subject/folder-bytes.ts'
import { soak } from './soak-application.ts'
import type { Soaked } from './soak-application.ts'
import type { SoakResult } from './soak.ts'

const keys = 200_000
const perSecond = 8_000
const deletedPercent = 3
const shortest = 16
const growth = 16
/** Live ÷ allocated must be at least a half. */
const mostTimes = 2

/** Rows whose values grow with each update, until they are deleted and begin again. */
class Churn {
  readonly #lengths = new Int32Array(keys)
  readonly #bytes = Buffer.alloc(1 << 16, 'x')

  /** The bytes of keys and values that a table of these records has now. */
  get liveBytes(): number {
    return this.#lengths.reduce((sum, length) => (length === 0 ? sum : sum + keyBytes + length), 0)
  }

  *filled(): Generator<InputRecord> {
    for (let key = 0; key < keys; key++) yield this.#grown(key, key)
  }

  *churned(): Generator<InputRecord> {
    for (let index = 0; ; index++) {
      const key = randomBelow(keys, 1, index)
      yield randomBelow(100, 2, index) < deletedPercent ? this.#deleted(key, index) : this.#grown(key, index)
    }
  }

  #grown(key: number, index: number): InputRecord {
    const length = Math.max(shortest, Math.min(this.#bytes.length, this.#lengths[key]! + growth))
    this.#lengths[key] = length
    return { key: keyOf(key), value: this.#bytes.subarray(0, length), timestamp: startMs + index }
  }

  #deleted(key: number, index: number): InputRecord {
    this.#lengths[key] = 0
    return { key: keyOf(key), value: null, timestamp: startMs + index }
  }
}

/** What rows that grow and go leave of the memory and of the disk that was taken for them. */
export async function measureChurn(bench: Bench, minutes: number): Promise<readonly SoakResult[]> {
  return [
    await churn(bench, minutes, 'table', 'bytes on disk', ({ stateFolder }) => folderBytes(stateFolder)),
    await churn(bench, minutes, 'table-in-memory', 'RssAnon beyond that of an empty store', ({ samples, emptyMb }) =>
      Math.max(0, (samples.at(-1)!.anonymousMb - emptyMb) * 1e6),
    ),
  ]
}

async function churn(
  bench: Bench,
  minutes: number,
  topology: TopologyName,
  what: string,
  allocatedBytes: (soaked: Soaked) => number,
): Promise<SoakResult> {
  const rows = new Churn()
  const application = {
    name: `churn-${topology}`,
    topology,
    settings: plainSettings,
    first: [{ name: 'rows', records: rows.filled() }],
    steady: [{ name: 'rows', records: rows.churned() }],
    perSecond,
  }
  return soak(bench, application, minutes, (soaked) => {
    const figure = allocatedBytes(soaked) / rows.liveBytes
    const says = `${what}, as a multiple of ${(rows.liveBytes / 1e6).toFixed(0)} MB of live rows, after ${minutes} min of growing values and deletes`
    const limit = { row: application.name, what: says, unit: '×', figure, most: mostTimes, java: null }
    return { limit, minutes, samples: soaked.samples }
  })
}
