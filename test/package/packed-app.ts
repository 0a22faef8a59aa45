import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** A user's folder outside of the checkout, with the packed tarball to install. */
export class PackedApp {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-package-'))
  readonly app = join(this.folder, 'app')
  readonly tarball: string
  /** What the tarball holds. */
  readonly paths: readonly string[]

  /** npm test:package has built already. */
  constructor() {
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', this.folder]
    const packed = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' })
    const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }]
    this.tarball = join(this.folder, filename)
    this.paths = files.map(({ path }) => path)
    mkdirSync(this.app)
    this.write('package.json', JSON.stringify({ name: 'app', version: '1.0.0', private: true, type: 'module' }))
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.app, file), text)
  }

  read(file: string): string {
    return readFileSync(join(this.app, file), 'utf8')
  }

  /** tap writes a hook and conditions into the NODE_OPTIONS of every child; this child sees the package as a user does. */
  run(command: string, ...args: string[]): string {
    return execFileSync('env', ['-u', 'NODE_OPTIONS', command, ...args], { cwd: this.app, encoding: 'utf8', stdio: 'pipe' })
  }

  node(file: string): string {
    return this.run(process.execPath, file)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}

/** The two blocks below the README's heading "Your first topology": the program, and what it prints. */
export function firstTopology(): { readonly program: string; readonly output: string } {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const section = readme.split(/^## Your first topology$/m)[1] ?? ''
  const [, program = ''] = /```ts\n([\s\S]*?)```/.exec(section) ?? []
  const [, output = ''] = /```text\n([\s\S]*?)```/.exec(section) ?? []
  return { program, output }
}

/** A program that counts a word on an embedded Kafka, and prints the count; `options` are of its application. */
export function countingProgram(options: string): string {
  return `
    import { mkdtempSync } from 'node:fs'
    import { tmpdir } from 'node:os'
    import { join } from 'node:path'
    import { KafkaStreams, openAdmin, openProducer, Serdes, silentLogger, StreamsBuilder, topic } from 'millrace'
    import { EmbeddedKafka } from 'millrace/embedded'

    async function main() {
      const words = topic('words', { key: Serdes.string, value: Serdes.string })
      const counts = topic('counts', { key: Serdes.string, value: Serdes.long })
      const builder = new StreamsBuilder()
      builder.stream(words).groupByKey().count().toStream().to(counts)
      const cluster = await EmbeddedKafka.open()
      const admin = await openAdmin(cluster, { clientId: 'maker' })
      await admin.createTopics([{ name: 'words', partitions: 1 }, { name: 'counts', partitions: 1 }])
      await admin.close()
      const producer = await openProducer(cluster, { clientId: 'feeder' })
      await producer.send(words, [{ key: 'a', value: 'water' }])
      await producer.close()
      const streams = new KafkaStreams(builder.build(), {
        applicationId: 'counting', cluster, commitIntervalMs: 20, logger: silentLogger, ${options}
      })
      await streams.start()
      const seen = await firstOf(cluster, 'counts')
      console.log(seen)
      await streams.close()
      await cluster.close()
    }

    async function firstOf(cluster, topic) {
      const fetcher = await cluster.fetcher({ clientId: 'reader' })
      const limits = { maxWaitMs: 100, minBytes: 1, maxBytes: 1e6, maxBytesPerPartition: 1e6, isolationLevel: 'read_uncommitted' }
      for (;;) {
        const [answer] = await fetcher.fetch([{ topic, partition: 0, offset: 0 }], limits)
        const [batch] = answer?.batches ?? []
        if (batch !== undefined) return Number(Buffer.from(batch.value(0)).readBigInt64BE())
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }

    main().catch((error) => console.log(error.code + ': ' + error.message))
  `
}
