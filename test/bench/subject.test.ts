import { spawn } from 'node:child_process'
import t from 'tap'
import { topologyOf } from '../../bench/ours/topologies.ts'
import type { StartOrder, TopologyName } from '../../bench/protocol.ts'
import { plainSettings } from '../../bench/rows/settings.ts'
import { allRows } from '../../bench/rows/all-rows.ts'
import { cpuMicroseconds, isRunnable, memoryOf } from '../../bench/subject/process-times.ts'

const order = (topology: TopologyName, inputs: readonly string[]): StartOrder => ({
  kind: 'start',
  topology,
  bootstrapServers: '127.0.0.1:1',
  connection: 'socket',
  inputs,
  output: 'output',
  applicationId: 'app',
  stateDir: 'state',
  settings: plainSettings,
})

t.test('each row can be built, with the inputs that it writes', async (t) => {
  for (const row of allRows) {
    if (row.kind === 'time') continue
    const inputs = row.inputs(row.records.quick).map(({ name }) => name)
    const description = String(topologyOf(order(row.topology, inputs)).describe())
    for (const name of [...inputs, 'output']) t.match(description, name, `${row.name} uses ${name}`)
  }
})

t.test('an input that is missing is named', async (t) => {
  t.throws(() => topologyOf(order('stream-table', ['transfers'])), { message: 'The topology needs input 1, and has 1.' })
})

t.test('a process is measured from outside', { skip: process.platform === 'linux' ? false : 'needs /proc' }, async (t) => {
  const busy = spawn(process.execPath, ['-e', 'for (;;) ;'], { stdio: 'ignore', env: {} })
  t.teardown(() => busy.kill('SIGKILL'))
  const pid = busy.pid!
  const before = cpuMicroseconds(pid)
  while (cpuMicroseconds(pid) - before < 50_000) await new Promise((resolve) => setTimeout(resolve, 20))
  t.ok(isRunnable(pid), 'it runs, or waits for a core')
  const { peak, anonymous } = memoryOf(pid)
  t.ok(anonymous > 1e6 && peak >= anonymous, `${anonymous} of ${peak} bytes`)
})
