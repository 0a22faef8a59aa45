import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { kafka } from 'millrace'
import type { Admin, Cluster } from 'millrace'
import { startKafka } from '../../test/servers/kafka.ts'

/** A broker of the suite's own, and clients of the suite. */
export interface Bench extends AsyncDisposable {
  readonly cluster: Cluster
  readonly admin: Admin
  readonly bootstrapServers: string
  readonly brokerPid: number
  /** Of every topic. */
  readonly partitions: number
  /** For state folders: in memory where there is a file system for that, or the disk would be what is measured. */
  readonly scratch: string
}

const brokerCore = 0
/** The process under test has this core for itself. */
export const subjectCore = 1

const partitions = 4
/** What `test/servers` sets for quick tests would disturb: a broker that is measured beside has a compiler and memory. */
const jvm = ['-Xms1g', '-Xmx1g', '-XX:+UseG1GC']
const settings = { 'broker.session.timeout.ms': 30_000 }

/** Starts the broker on one core, with its logs in memory. This process stays on the same core. */
export async function openBench(): Promise<Bench> {
  const scratch = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'millrace-bench-'))
  spawnSync('taskset', ['-cp', String(brokerCore), String(process.pid)])
  const broker = await startKafka({ dir: join(scratch, 'broker'), jvm, settings })
  const { bootstrapServers } = broker
  const cluster = kafka({ bootstrapServers })
  const admin = await cluster.admin({ clientId: 'bench' })
  return {
    cluster,
    admin,
    bootstrapServers,
    brokerPid: Number(readFileSync(join(scratch, 'broker/broker-1/pid'), 'utf8')),
    partitions,
    scratch,
    [Symbol.asyncDispose]: async () => {
      await admin.close()
      await broker.stop()
      await rm(scratch, { recursive: true, force: true })
    },
  }
}
