import { MongoClient } from 'mongodb'
import type { Db, MongoClientOptions } from 'mongodb'
import { readSecret } from '../../platform/cluster-security.ts'
import { ConfigProblem } from '../../platform/config.ts'

/** A server that says nothing for so long is away: a connection over a network that drops packets would wait for ever. */
const patience: MongoClientOptions = {
  serverSelectionTimeoutMS: 3000,
  connectTimeoutMS: 3000,
  socketTimeoutMS: 10_000,
  heartbeatFrequencyMS: 2000,
}

/** A write that a majority has is there after a change of primary. */
const safety: MongoClientOptions = { writeConcern: { w: 'majority' }, ignoreUndefined: false, promoteLongs: true }

export interface MongoPlace {
  /** `mongodb://user@host:27017/bank?tls=true&tlsCAFile=ca.pem` */
  readonly uri: string
  /** A file with the password of the user in `uri`; null: the password is in `uri`, or there is none. */
  readonly passwordFile: string | null
}

/** A database of a MongoDB, which is connected to when it is first asked for. */
export class MongoConnection {
  /** The address as it may be logged: without the password. */
  readonly name: string
  readonly #open: () => MongoClient
  #client: MongoClient
  #connected: Promise<MongoClient> | null = null

  /** Throws a {@link ConfigProblem} where the address cannot be one. */
  constructor({ uri, passwordFile }: MongoPlace) {
    this.name = nameOf(uri)
    const options = { ...patience, ...safety, appName: 'transfer-pipeline' }
    this.#open = () => new MongoClient(uri, { ...options, ...authOf(uri, passwordFile) })
    try {
      this.#client = this.#open()
    } catch (error) {
      throw new ConfigProblem(`${this.name} is no address of a MongoDB: ${(error as Error).message}`, { cause: error })
    }
    if (new URL(uri).pathname.length <= 1)
      throw new ConfigProblem(`${this.name} names no database: append one, as in mongodb://host:27017/bank.`)
  }

  async database(): Promise<Db> {
    const client = await (this.#connected ??= this.#connect())
    return client.db()
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  /** A client whose first connection has failed stays closed: the next try is one of another client. */
  async #connect(): Promise<MongoClient> {
    try {
      return await this.#client.connect()
    } catch (error) {
      await this.#client.close()
      this.#client = this.#open()
      this.#connected = null
      throw error
    }
  }
}

/** Who the client says it is, where the password is in a file. */
export function authOf(uri: string, passwordFile: string | null): MongoClientOptions {
  if (passwordFile === null) return {}
  const username = decodeURIComponent(new URL(uri).username)
  if (username === '') throw new Error('it names no user, and there is a file with a password')
  return { auth: { username, password: readSecret('documents-password-file', passwordFile) } }
}

function nameOf(uri: string): string {
  return uri.replace(/\/\/([^:@/]*)(:[^@/]*)?@/, '//$1@').replace(/\?.*$/, '')
}
