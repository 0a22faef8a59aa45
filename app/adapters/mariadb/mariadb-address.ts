import { readFileSync } from 'node:fs'
import Type from 'typebox'
import { ConfigProblem } from '../../platform/config.ts'

/** Where a database is, and who asks it. */
export interface MariadbAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** What of a service's configuration says which database it has. */
export interface DatabaseConfig {
  /** A SQLite file, or `mariadb://USER@HOST:PORT/DATABASE`. */
  readonly database: string
  readonly databasePassword?: string
  readonly databasePasswordFile?: string
}

/** Fields of services whose database may be on a server. */
export const databasePassword = {
  databasePassword: Type.Optional(
    Type.String({
      description: 'Password of the database server. Give it as DATABASE_PASSWORD: others see the flags of a process.',
    }),
  ),
  databasePasswordFile: Type.Optional(Type.String({ description: 'File that has the password of the database server.' })),
}

export function isOnServer(database: string): boolean {
  return /^\w+:\/\//.test(database)
}

/** Throws a {@link ConfigProblem} that says what is wrong. */
export function mariadbAddress(config: DatabaseConfig): MariadbAddress {
  const url = parsed(config.database)
  const [user, database] = [decodeURIComponent(url.username), url.pathname.slice(1)]
  if (!['mariadb:', 'mysql:'].includes(url.protocol) || user === '' || !/^\w+$/.test(database)) throw malformed()
  if (url.password !== '')
    throw new ConfigProblem(
      '--database has a password, which others would see. Give it as DATABASE_PASSWORD or --database-password-file.',
    )
  // Node has brackets around IPv6.
  const host = url.hostname.replaceAll(/^\[|\]$/g, '')
  return { host, port: url.port === '' ? 3306 : Number(url.port), user, database, password: passwordOf(config) }
}

/** An address for people: without the password. */
export function addressText({ user, host, port, database }: MariadbAddress): string {
  return `mariadb://${user}@${host}:${port}/${database}`
}

function parsed(text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw malformed()
  return url
}

function malformed(): ConfigProblem {
  return new ConfigProblem('--database is a SQLite file, or mariadb://USER@HOST:PORT/DATABASE.')
}

function passwordOf({ databasePassword: given, databasePasswordFile: file }: DatabaseConfig): string {
  if (file === undefined) return given ?? ''
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new ConfigProblem(`--database-password-file cannot be read: ${(error as Error).message}.`)
  }
}
