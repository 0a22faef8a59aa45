import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The users of a secured broker, with the password `NAME-secret`. */
const users = ['admin', 'alice'] as const

export interface SecurePorts {
  readonly sasl: number
  readonly ssl: number
  readonly saslSsl: number
}

/** What clients use to reach the listeners of a secured broker. */
export interface SecureListeners {
  readonly sasl: string
  readonly ssl: string
  readonly saslSsl: string
  /** The certificate of the authority that signed the broker's. */
  readonly ca: Buffer
}

export async function secureListeners(dir: string, ports: SecurePorts): Promise<SecureListeners> {
  const at = (port: number): string => `127.0.0.1:${port}`
  return { sasl: at(ports.sasl), ssl: at(ports.ssl), saslSsl: at(ports.saslSsl), ca: await readFile(join(dir, 'tls/ca.pem')) }
}

/** A token that Kafka's unsecured OAUTHBEARER validator takes. */
export function unsecuredToken(subject: string, lifetimeS = 3600): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url')
  const nowS = Math.floor(Date.now() / 1000)
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: nowS, exp: nowS + lifetimeS })}.`
}

/** Sessions of OAUTHBEARER without TLS end after this long, so that tests see the client authenticate again. */
export const reauthMs = 3000

/** Lines of server.properties. */
export function securitySettings(dir: string): Readonly<Record<string, string | number>> {
  const names = users.map((user) => `user_${user}="${user}-secret"`).join(' ')
  const login = (module: string, options = ''): string =>
    `org.apache.kafka.common.security.${module}LoginModule required ${options};`
  const listeners = ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) => [
    [`listener.name.${listener}.plain.sasl.jaas.config`, login('plain.Plain', names)],
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`, login('scram.Scram')],
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`, login('scram.Scram')],
    [
      `listener.name.${listener}.oauthbearer.sasl.jaas.config`,
      login('oauthbearer.OAuthBearer', 'unsecuredLoginStringClaim_sub="admin"'),
    ],
  ])
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    ...Object.fromEntries(listeners),
    'listener.name.sasl_plaintext.oauthbearer.connections.max.reauth.ms': reauthMs,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(dir, 'tls/keystore.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(dir, 'tls/ca.pem'),
    'ssl.client.auth': 'requested',
  }
}

/** Arguments of Kafka's storage tool that add the users of SCRAM. */
export function scramUsers(): readonly string[] {
  const both = users.flatMap((user) => ['256', '512'].map((bits) => `SCRAM-SHA-${bits}=[name=${user},password=${user}-secret]`))
  return both.flatMap((credential) => ['--add-scram', credential])
}

/** Makes an authority, and a certificate for 127.0.0.1 and localhost. */
export async function makeCertificates(dir: string): Promise<void> {
  const folder = join(dir, 'tls')
  await mkdir(folder, { recursive: true })
  const file = (name: string): string => join(folder, name)
  const key = ['-newkey', 'rsa:2048', '-nodes']
  await run('openssl', [
    'req',
    '-x509',
    ...key,
    '-days',
    '3650',
    '-subj',
    '/CN=Millrace test CA',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  ])
  await run('openssl', ['req', ...key, '-subj', '/CN=localhost', '-keyout', file('server.key'), '-out', file('server.csr')])
  await writeFile(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const signed = [
    '-req',
    '-in',
    file('server.csr'),
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-days',
    '3650',
  ]
  await run('openssl', ['x509', ...signed, '-extfile', file('names'), '-out', file('server.pem')])
  const parts = await Promise.all(['server.key', 'server.pem', 'ca.pem'].map((name) => readFile(file(name), 'utf8')))
  await writeFile(file('keystore.pem'), parts.join(''))
}
