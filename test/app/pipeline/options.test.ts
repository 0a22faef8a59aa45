import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'tap'
import { UsageError, parseOptions } from '../../../app/pipeline/options.ts'

const main = join(import.meta.dirname, '../../../app/pipeline/main.ts')

function run(...args: string[]): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  const { NODE_OPTIONS: _options, ...env } = process.env
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=millrace-source', main, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
}

test('an unknown option is refused with a hint and no stack', async (t) => {
  const { code, stdout, stderr } = await run('--foo')
  t.equal(code, 2)
  t.equal(stdout, '')
  t.equal(stderr, "Unknown option '--foo'. npm run pipeline -- --help shows all options.\n")
})

test('--help explains every option', async (t) => {
  const { code, stdout } = await run('--help')
  t.equal(code, 0)
  for (const option of [
    '--verify',
    '--kafka',
    '--registry',
    '--document-bytes-max',
    '--mariadb',
    '--dir',
    '--port',
    '--rate',
    '--enrichers',
    '--avro-mode',
    '--guarantee',
    '--no-ui',
    '--demo',
    '--log',
  ])
    t.match(stdout, `\n  ${option}`)
})

test('values that make no sense are refused, and say what is taken', async (t) => {
  for (const args of [
    ['--port', 'x'],
    ['--port', '70000'],
    ['--rate', '-1'],
    ['--enrichers', '17'],
    ['--guarantee', 'exactly_once'],
    ['--rate', ''],
    ['--rate', '1e3'],
    ['--kafka', 'nonsense'],
    ['--registry', 'localhost:8081'],
    ['--document-bytes-max', '1e3'],
    ['words'],
  ])
    t.throws(() => parseOptions(args), UsageError, args.join(' '))
})

test('the generator waits where the script is verified', async (t) => {
  t.match(parseOptions([]), { rate: 5, mode: 'run', port: 8080, page: 'page' })
  t.match(parseOptions(['--verify']), { rate: null, mode: 'verify' })
  t.match(parseOptions(['--rate', '0']), { rate: null })
})

test('--mariadb takes one address for both databases, or two', async (t) => {
  const [one, two] = ['mariadb://bank@127.0.0.1:3306/bank', 'mariadb://bank@127.0.0.1:3307/bank']
  t.match(parseOptions(['--mariadb', one]), { mariadb: { users: one, transfers: one } })
  t.match(parseOptions(['--mariadb', `${one},${two}`]), { mariadb: { users: one, transfers: two } })
  t.throws(() => parseOptions(['--mariadb', 'users.db']), UsageError)
  t.throws(() => parseOptions(['--mariadb', `${one},${two},${two}`]), /takes one address, or two/)
  t.throws(
    () => parseOptions(['--mariadb', 'mariadb://bank:secret@127.0.0.1/bank']),
    /^--mariadb has a password, which others would see/,
  )
})
