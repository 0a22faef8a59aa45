import { kafka, openAdmin } from 'millrace'
import type { KafkaOptions } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

// A broker without TLS and without passwords.
await using cluster = await EmbeddedKafka.open()
await using listener = await cluster.listen(0)
const { bootstrapServers, port } = listener

async function attempt(name: string, options: Omit<KafkaOptions, 'bootstrapServers'>): Promise<void> {
  try {
    await openAdmin(kafka({ bootstrapServers, bootstrapTimeoutMs: 1_000, ...options }), { clientId: 'me' })
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    console.log(`${name}\n  ${code ?? 'no code'}: ${message.replaceAll(String(port), '9092')}`)
  }
}

await attempt('TLS, and the broker has none', { ssl: true })
await attempt('a password, and the broker asks for none', {
  sasl: { mechanism: 'scram-sha-256', username: 'me', password: 'secret' },
})
// @ts-expect-error There is no such mechanism.
await attempt('a mechanism that does not exist', { sasl: { mechanism: 'SCRAM-SHA-256', username: 'me', password: 'secret' } })
await attempt('a password that is empty', { sasl: { mechanism: 'plain', username: 'me', password: '' } })
