import { spawn } from 'node:child_process'
import t from 'tap'
import { topologyOf } from '../../bench/ours/topologies.ts'
import { firstData } from '../../bench/gen/data-set.ts'
import type { StartOrder, TopologyName } from '../../bench/protocol.ts'
import { plainSettings } from '../../bench/rows/settings.ts'
import { allRows } from '../../bench/rows/all-rows.ts'
import { folderBytes } from '../../bench/subject/folder-bytes.ts'
import { cpuMicroseconds, forgetPeak, isRunnable, memoryOf } from '../../bench/subject/process-times.ts'

const order = (topology: TopologyName, inputs: readonly string[]): StartOrder => ({
  kind: 'start',
  topology,
  values: 'present',
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
    const inputs = row.inputs(row.records.quick, firstData).map(({ name }) => name)
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
  // What its start still takes would be a peak of its own.
  busy.kill('SIGSTOP')
  const { peak, anonymous } = memoryOf(pid)
  forgetPeak(pid)
  t.ok(memoryOf(pid).peak <= peak, 'a peak is that of a pass')
  t.ok(anonymous > 1e6 && peak >= anonymous, `${anonymous} of ${peak} bytes`)
})

t.test('a folder takes what its files take of the disk', async (t) => {
  const folder = t.testdir({ one: 'x'.repeat(10_000), inner: { two: 'y'.repeat(10_000) } })
  t.ok(folderBytes(folder) >= 20_000)
  t.equal(folderBytes(`${folder}/none`), 0)
})
