import { createServer } from 'node:http'
import { KafkaStreams, Serdes, StreamsBuilder, kafka, topic } from 'millrace'
import type { Cluster, Logger } from 'millrace'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })

const builder = new StreamsBuilder()
builder.stream(words).groupByKey().count({ store: 'counts' }).toStream().to(counts)

// #region logger
/** One JSON object a line. */
const line = (level: string) => (message: string, facts?: object) => console.log(JSON.stringify({ level, message, ...facts }))
const logger: Logger = { info: line('info'), warn: line('warn'), error: line('error') }
// #endregion logger

// #region main
export async function main(cluster: Cluster, port: number): Promise<void> {
  const streams = new KafkaStreams(builder.build(), {
    applicationId: 'word-count',
    cluster,
    stateDir: process.env['STATE_DIR'],
    logger,
    onStateChange: (state) => logger.info(`The application is ${state}.`),
  })
  const server = createServer((request, response) => {
    const { isLive, isReady, reasons } = streams.health()
    const isGood = request.url === '/live' ? isLive : isReady
    response.writeHead(isGood ? 200 : 503).end(reasons.join('\n'))
  }).listen(port)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void streams.close({ timeoutMs: 20_000 }))
  try {
    await streams.start()
    await streams.closed
  } catch (error) {
    logger.error(String(error))
    process.exitCode = 1
  } finally {
    server.close()
  }
}

if (import.meta.main) await main(kafka({ bootstrapServers: process.env['KAFKA'] ?? '127.0.0.1:9092' }), 8080)
// #endregion main
