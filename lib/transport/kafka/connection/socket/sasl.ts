import type { Chance } from '../../../../clock/chance.ts'
import type { SaslOptions } from '../../security-options.ts'
import { saslAuthenticate } from '../../wire/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../wire/apis/sasl-handshake.ts'
import { authenticationFailed } from '../connection-errors.ts'
import type { VersionRange } from '../connection.ts'
import type { RequestPipeline } from './request-pipeline.ts'
import { ScramClient } from './scram.ts'

export interface SaslContext {
  /** The address of the broker, for messages. */
  readonly address: string
  readonly pipeline: RequestPipeline
  readonly apiVersions: ReadonlyMap<number, VersionRange>
  readonly chance: Chance
}

/** Sends the client's message of a mechanism, and resolves with the broker's. */
type Exchange = (message: Buffer) => Promise<Buffer>

const handshakeVersion = 1

/**
 * Authenticates the connection. Resolves with the lifetime of the session in ms, after which the broker wants the client to
 * authenticate again (KIP-368), or with 0 if it has no end. Rejects with an `authenticationFailed` error if the broker refuses.
 */
export async function authenticate(sasl: SaslOptions, context: SaslContext): Promise<number> {
  const { address, pipeline, apiVersions } = context
  const mechanism = sasl.mechanism.toUpperCase()
  const offered = await pipeline.ask(saslHandshake, handshakeVersion, { mechanism })
  if (offered.errorCode !== 0) {
    const mechanisms = offered.mechanisms.join(', ') || 'none'
    throw authenticationFailed(address, new Error(`it does not take ${mechanism}, but ${mechanisms}`))
  }
  const version = Math.min(saslAuthenticate.versions.max, apiVersions.get(saslAuthenticate.key)?.max ?? 0)
  let lifetimeMs = 0
  const exchange = async (authBytes: Buffer): Promise<Buffer> => {
    const answer = await pipeline.ask(saslAuthenticate, version, { authBytes })
    if (answer.errorCode !== 0) throw authenticationFailed(address, refusal(answer))
    lifetimeMs = answer.sessionLifetimeMs
    return answer.authBytes
  }
  await runMechanism(sasl, context, exchange)
  return lifetimeMs
}

function refusal({ errorCode, errorMessage }: { readonly errorCode: number; readonly errorMessage: string | null }): Error {
  return new Error(errorMessage ?? `error ${errorCode}`)
}

async function runMechanism(sasl: SaslOptions, { address, chance }: SaslContext, exchange: Exchange): Promise<void> {
  switch (sasl.mechanism) {
    case 'plain':
      return void (await exchange(Buffer.from(`\0${sasl.username}\0${sasl.password}`)))
    case 'oauthbearer':
      return authenticateByToken(await sasl.oauthBearerProvider(), address, exchange)
    case 'scram-sha-256':
    case 'scram-sha-512': {
      const digest = sasl.mechanism === 'scram-sha-256' ? 'sha256' : 'sha512'
      const nonce = `${chance.uuid()}${chance.uuid()}`.replaceAll('-', '')
      const client = new ScramClient({ digest, username: sasl.username, password: sasl.password, nonce })
      const serverFirst = await exchange(client.firstMessage)
      const final = await client.finalMessage(serverFirst).catch((error: unknown) => {
        throw authenticationFailed(address, error as Error)
      })
      const serverFinal = await exchange(final)
      return verified(address, () => client.verify(serverFinal))
    }
  }
}

function verified(address: string, verify: () => void): void {
  try {
    verify()
  } catch (error) {
    throw authenticationFailed(address, error as Error)
  }
}

// A broker that refuses the token answers with the reason as JSON. It gives its error code only after another message (RFC 7628).
async function authenticateByToken({ value }: { readonly value: string }, address: string, exchange: Exchange): Promise<void> {
  const reason = await exchange(Buffer.from(`n,,\u0001auth=Bearer ${value}\u0001\u0001`))
  if (reason.length === 0) return
  await exchange(Buffer.of(1)).catch(() => undefined)
  throw authenticationFailed(address, new Error(reason.toString()))
}
