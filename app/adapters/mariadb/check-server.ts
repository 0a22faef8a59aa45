import { DatabaseProblem } from './mariadb-database.ts'
import type { Session } from './mariadb-database.ts'
import { addressText } from './mariadb-address.ts'
import type { MariadbAddress } from './mariadb-address.ts'

interface Setting {
  readonly name: string
  readonly wanted: string
  readonly why: string
}

/** Settings without which the log lacks what is read of it. */
const settings: readonly Setting[] = [
  { name: 'log_bin', wanted: 'ON', why: 'there is no log of changes' },
  { name: 'binlog_format', wanted: 'ROW', why: 'the log has statements instead of rows' },
  { name: 'binlog_row_image', wanted: 'FULL', why: 'the log has not all columns of a row' },
  { name: 'binlog_row_metadata', wanted: 'FULL', why: 'the log does not name the columns' },
]

/** What the user must be allowed, each by one of these words of its grants. */
const privileges: readonly (readonly string[])[] = [
  ['REPLICATION SLAVE', 'REPLICATION REPLICA'],
  ['BINLOG MONITOR', 'REPLICATION CLIENT', 'SUPER'],
]

/** Throws a {@link DatabaseProblem} that names all that is wrong, and what sets it right. */
export async function checkServer(session: Session, address: MariadbAddress): Promise<void> {
  const version = await session.one<{ version: string }>('select version() as version')
  if (!/mariadb/i.test(version!.version)) throw unread(address, version!.version)
  const faults = [...(await wrongSettings(session)), ...(await missingPrivileges(session, address))]
  if (faults.length === 0) return
  throw new DatabaseProblem(`The log of ${addressText(address)} cannot be captured: ${faults.join('; ')}.`)
}

function unread(address: MariadbAddress, version: string): DatabaseProblem {
  return new DatabaseProblem(
    `${addressText(address)} is MySQL ${version}: this capture reads the log of MariaDB only. Debezium reads it into the same topics.`,
  )
}

async function wrongSettings(session: Session): Promise<string[]> {
  const names = settings.map(({ name }) => `'${name}'`).join(', ')
  const rows = await session.all<{ Variable_name: string; Value: string }>(
    `show global variables where Variable_name in (${names})`,
  )
  const found = new Map(rows.map(({ Variable_name: name, Value: value }) => [name, value]))
  return settings.flatMap(({ name, wanted, why }) => {
    const value = found.get(name) ?? 'unknown'
    return value === wanted ? [] : [`${name} is ${value}, so that ${why} (set it to ${wanted} in the server's configuration)`]
  })
}

async function missingPrivileges(session: Session, { user }: MariadbAddress): Promise<string[]> {
  const rows = await session.all<Record<string, string>>('show grants')
  const grants = rows.map((row) => Object.values(row)[0]!.toUpperCase()).filter((grant) => grant.includes(' ON *.* '))
  const has = (word: string): boolean => grants.some((grant) => grant.includes(word) || grant.startsWith('GRANT ALL PRIVILEGES'))
  return privileges.flatMap((words) =>
    words.some(has) ? [] : [`${user} lacks ${words[0]} (grant ${words[0]!.toLowerCase()} on *.* to ${user})`],
  )
}
