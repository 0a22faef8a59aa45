import { readFileSync } from 'node:fs'
import { kafka } from 'millrace'
import type { Cluster } from 'millrace'

// #region cluster
/** TLS, and a password that comes from the environment. */
export function secureCluster(env: NodeJS.ProcessEnv): Cluster {
  const { KAFKA = '127.0.0.1:9093', KAFKA_USER: username = '', KAFKA_PASSWORD: password = '', KAFKA_CA } = env
  return kafka({
    bootstrapServers: KAFKA,
    ssl: KAFKA_CA === undefined ? true : { ca: readFileSync(KAFKA_CA, 'utf8') },
    sasl: { mechanism: 'scram-sha-512', username, password },
  })
}
// #endregion cluster

// #region others
export const withClientCertificate = (ca: string, cert: string, key: string): Cluster =>
  kafka({ bootstrapServers: 'kafka.example.org:9093', ssl: { ca, cert, key } })

/** `fetchToken` asks your identity provider, whenever a connection opens or its token ends. */
export const withTokens = (fetchToken: () => Promise<{ readonly value: string }>): Cluster =>
  kafka({
    bootstrapServers: 'kafka.example.org:9093',
    ssl: true,
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider: fetchToken },
  })
// #endregion others

console.log(secureCluster({ KAFKA_USER: 'me', KAFKA_PASSWORD: 'secret' }).description)
try {
  secureCluster({ KAFKA_USER: 'me' })
} catch (error) {
  console.log(String(error))
}
