/** A real MariaDB on loopback with a log of rows, from Debian's `mariadb-server`. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { end, freePort, launch, ready } from './server-process.ts'
import type { ServerCommand } from './server-process.ts'

const run = promisify(execFile)
// Debian keeps the server where only root's PATH leads.
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin` }

export interface MariadbServer {
  readonly host: string
  readonly port: number
  /** SIGKILL; the data stays. */
  kill(): Promise<void>
  /** Starts it again, at the same port and with its data. */
  start(): Promise<void>
  /** Ends it and deletes its data. */
  stop(): Promise<void>
}

/** Why no server can be started here, or null. */
export function mariadbUnavailable(): string | null {
  const isThere = spawnSync('mariadbd', ['--version'], { env }).error === undefined
  return isThere ? null : "mariadbd is missing (Debian's mariadb-server)"
}

/**
 * Resolves when the server takes connections, from `root` without a password and from `cdc` with the password `cdc`, who may read the log.
 * `settings` come behind those of this file: `{ 'binlog-format': 'MIXED' }`.
 */
export async function startMariadb(settings: Readonly<Record<string, string>> = {}): Promise<MariadbServer> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-mariadb-'))
  const port = await freePort()
  const server = await prepared(dir, { ...defaults, port: String(port), ...settings })
  const start = async (): Promise<void> => {
    launch(server)
    await ready(server, 'ready for connections', 60_000).catch((error: unknown) => Promise.reject(withReasons(error, server)))
  }
  await start().catch((error: unknown) => end(server, 'SIGKILL').then(() => Promise.reject(error as Error)))
  return {
    host: '127.0.0.1',
    port,
    start,
    kill: () => end(server, 'SIGKILL'),
    stop: async () => {
      await end(server, 'SIGTERM')
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The end of the log of a server that crashed is its stack: why it did stands before. */
function withReasons(error: unknown, { logFile }: ServerCommand): Error {
  const reasons = readFileSync(logFile, 'utf8').split('\n').filter((line) => /\[ERROR\]|signal \d|assert/i.test(line)) // prettier-ignore
  return new Error([...reasons, (error as Error).message].join('\n'), { cause: error })
}

async function prepared(dir: string, settings: Readonly<Record<string, string>>): Promise<ServerCommand> {
  const [data, user, users] = [join(dir, 'data'), userInfo().username, join(dir, 'users.sql')]
  const install = [
    '--no-defaults',
    `--datadir=${data}`,
    `--user=${user}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]
  await run('mariadb-install-db', install, { env })
  await mkdir(join(dir, 'tmp'))
  await writeFile(users, accounts)
  const own = { user, datadir: data, tmpdir: join(dir, 'tmp'), socket: join(dir, 's'), 'init-file': users }
  const args = Object.entries({ ...own, ...settings }).map(([name, value]) => `--${name}=${value}`)
  const command = ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd'].find((path) => existsSync(path)) ?? 'mariadbd'
  return { command, args: ['--no-defaults', ...args], logFile: join(dir, 'log'), pidFile: join(dir, 'pid'), mark: data }
}

const defaults = {
  'bind-address': '127.0.0.1',
  'server-id': '4711',
  'log-bin': 'mysql-bin',
  'binlog-format': 'ROW',
  'binlog-row-image': 'FULL',
  'binlog-row-metadata': 'FULL',
  'sync-binlog': '1',
  'character-set-server': 'utf8mb4',
  'innodb-buffer-pool-size': '32M',
  'performance-schema': 'OFF',
}

/** A line is a statement. They run at each start, and stay out of the log. */
const accounts = `set sql_log_bin = 0;
create user if not exists root@'127.0.0.1';
grant all on *.* to root@'127.0.0.1' with grant option;
create user if not exists cdc@'127.0.0.1' identified by 'cdc';
grant select, replication slave, binlog monitor on *.* to cdc@'127.0.0.1';
`
