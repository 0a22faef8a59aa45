import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** Kafka accepts 4,096 and more. The upper limit keeps a hostile server from busying this machine. */
const iterations = { min: 4096, max: 1_000_000 }

export interface ScramCredentials {
  readonly digest: 'sha256' | 'sha512'
  readonly username: string
  readonly password: string
  /** A text that nobody can guess, without commas. */
  readonly nonce: string
}

/** The client's side of SCRAM (RFC 5802), without channel binding. `error` makes the error of a server that is not to be trusted. */
export class ScramClient {
  readonly #credentials: ScramCredentials
  readonly #first: string
  #serverSignature: Buffer = Buffer.alloc(0)

  constructor(credentials: ScramCredentials) {
    this.#credentials = credentials
    const name = credentials.username.replaceAll('=', '=3D').replaceAll(',', '=2C')
    this.#first = `n=${name},r=${credentials.nonce}`
  }

  get firstMessage(): Buffer {
    return Buffer.from(`n,,${this.#first}`)
  }

  /** Answers the server's first message with the proof that the client knows the password. */
  async finalMessage(serverFirst: Buffer): Promise<Buffer> {
    const text = serverFirst.toString()
    const { r: nonce = '', s: salt = '', i: count = '' } = attributesOf(text)
    if (!nonce.startsWith(this.#credentials.nonce) || nonce === this.#credentials.nonce) throw new Error('its nonce is wrong')
    const rounds = Number(count)
    if (!(rounds >= iterations.min && rounds <= iterations.max)) throw new Error(`it asks for ${count} iterations`)
    const { digest, password } = this.#credentials
    const salted = await derive(password, Buffer.from(salt, 'base64'), rounds, digest === 'sha256' ? 32 : 64, digest)
    const bare = `c=biws,r=${nonce}`
    const signed = `${this.#first},${text},${bare}`
    const clientKey = this.#hmac(salted, 'Client Key')
    const signature = this.#hmac(createHash(digest).update(clientKey).digest(), signed)
    const proof = clientKey.map((byte, index) => byte ^ signature[index]!)
    this.#serverSignature = this.#hmac(this.#hmac(salted, 'Server Key'), signed)
    return Buffer.from(`${bare},p=${Buffer.from(proof).toString('base64')}`)
  }

  /** Throws unless the server has proved that it knows the password, too. */
  verify(serverFinal: Buffer): void {
    const { v: signature = '', e: error } = attributesOf(serverFinal.toString())
    if (error !== undefined) throw new Error(error)
    const bytes = Buffer.from(signature, 'base64')
    const isRight = bytes.length === this.#serverSignature.length && timingSafeEqual(bytes, this.#serverSignature)
    if (!isRight) throw new Error('the broker does not know the password itself')
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#credentials.digest, key).update(text).digest()
  }
}

function attributesOf(message: string): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}
