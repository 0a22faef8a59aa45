/**
 * A server of MongoDB's wire protocol on loopback (mongo-java-server), from Maven's jars: there is no mongod in a package registry. Needs a
 * JDK 17 and Maven. It has Decimal128, indexes and aggregations; it has no users, transactions or change streams, answers an ordered bulk as if
 * it were none, and forgets everything when it ends.
 *
 *     node test/servers/mongo.ts start [--dir DIR] [--port PORT]    prints its address
 *     node test/servers/mongo.ts stop [--dir DIR]
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { javaUnavailable, jars } from './maven.ts'
import { end, freePort, launch, livePid, ready } from './server-process.ts'
import type { ServerCommand } from './server-process.ts'

const version = '1.47.0'
const artifacts = [`de.bwaldvogel:mongo-java-server:${version}`, 'org.slf4j:slf4j-nop:1.7.36']
const jvm = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

export interface MongoServerOptions {
  /** Holds the log. Default: a fresh one, deleted by `stop`. */
  readonly dir?: string
  /** Default: a free port. */
  readonly port?: number
}

export interface MongoServer {
  /** `mongodb://127.0.0.1:port` */
  readonly url: string
  readonly port: number
  stop(): Promise<void>
  /** SIGKILL. What it has had is gone. */
  kill(): Promise<void>
  /** Starts it again at its port, empty. */
  restart(): Promise<void>
}

/** Resolves when it takes connections. */
export async function startMongo(options: MongoServerOptions = {}): Promise<MongoServer> {
  const dir = options.dir === undefined ? await mkdtemp(join(tmpdir(), 'millrace-mongo-')) : resolve(options.dir)
  await mkdir(dir, { recursive: true })
  const port = options.port ?? (await freePort())
  const lib = await jars(`mongo-java-server-${version}`, artifacts)
  const source = join(import.meta.dirname, 'MongoWireServer.java')
  const server = { ...serverIn(dir), args: [...jvm, '-cp', `${lib}/*`, source, '127.0.0.1', String(port), dir] }
  const restart = async (): Promise<void> => {
    if (livePid(server) !== null) return
    launch(server)
    await ready(server, 'listens', 60_000)
  }
  await restart()
  return {
    url: `mongodb://127.0.0.1:${port}`,
    port,
    restart,
    kill: () => end(server, 'SIGKILL'),
    stop: async () => {
      await end(server, 'SIGTERM')
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true })
    },
  }
}

const serverIn = (dir: string): ServerCommand => ({
  command: 'java',
  args: [],
  logFile: join(dir, 'log'),
  pidFile: join(dir, 'pid'),
  mark: dir,
})

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { dir: { type: 'string' }, port: { type: 'string' } },
  })
  const dir = resolve(values.dir ?? join(tmpdir(), 'millrace-mongo'))
  if (positionals[0] === 'stop') return end(serverIn(dir), 'SIGTERM')
  if (positionals[0] !== 'start') throw new Error('Say start or stop.')
  const reason = javaUnavailable()
  if (reason !== null) throw new Error(reason)
  const server = await startMongo({ dir, port: Number(values.port ?? '27017') })
  console.log(server.url)
}

if (import.meta.main) await main()
