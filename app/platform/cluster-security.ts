import { readFileSync } from 'node:fs'
import type { SaslOptions, TlsOptions } from 'millrace'
import { ConfigProblem } from './config.ts'

/** What of a configuration says how a cluster is reached. */
export interface ClusterConfig {
  readonly kafka: string
  readonly kafkaTls?: 'off' | 'on'
  readonly kafkaCaFile?: string
  readonly kafkaSasl?: 'off' | 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly kafkaUser?: string
  readonly kafkaPasswordFile?: string
}

/** Options of `kafka({ … })` for TLS and SASL. Throws a {@link ConfigProblem} that names what is missing or cannot be read. */
export function securityOf(config: ClusterConfig): { readonly ssl?: TlsOptions; readonly sasl?: SaslOptions } {
  const ssl = tlsOf(config)
  const sasl = saslOf(config)
  return { ...(ssl && { ssl }), ...(sasl && { sasl }) }
}

function tlsOf({ kafkaTls, kafkaCaFile }: ClusterConfig): TlsOptions | null {
  if (kafkaTls !== 'on') {
    if (kafkaCaFile !== undefined) throw new ConfigProblem('--kafka-ca-file is given, but --kafka-tls is off.')
    return null
  }
  return kafkaCaFile === undefined ? {} : { ca: readText('kafka-ca-file', kafkaCaFile) }
}

function saslOf({ kafkaSasl: mechanism = 'off', kafkaUser, kafkaPasswordFile }: ClusterConfig): SaslOptions | null {
  if (mechanism === 'off') {
    if (kafkaPasswordFile !== undefined) throw new ConfigProblem('--kafka-password-file is given, but --kafka-sasl is off.')
    return null
  }
  if (kafkaUser === undefined) throw new ConfigProblem('--kafka-user is missing: --kafka-sasl needs one.')
  if (kafkaPasswordFile === undefined) throw new ConfigProblem('--kafka-password-file is missing: --kafka-sasl needs one.')
  return { mechanism, username: kafkaUser, password: readSecret('kafka-password-file', kafkaPasswordFile) }
}

/** A secret that is a file's only line. The message of an error has the name of the file, and nothing of what is in it. */
export function readSecret(flag: string, path: string): string {
  const secret = readText(flag, path).replace(/\r?\n$/, '')
  if (secret !== '' && !/[\r\n]/.test(secret)) return secret
  throw new ConfigProblem(`--${flag}: ${path} has to be one line, and not an empty one.`)
}

function readText(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigProblem(`--${flag} cannot be read: ${(error as Error).message}.`)
  }
}
