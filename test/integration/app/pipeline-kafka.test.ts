import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'

const root = join(import.meta.dirname, '..', '..', '..')

t.test('the pipeline on a real Kafka: the script through the HTTP APIs ends with what SQL says', async (t) => {
  const bootstrapServers = await sharedKafka(t)
  if (bootstrapServers === null) return
  const { NODE_OPTIONS: _options, ...env } = process.env
  const main = ['--conditions=millrace-source', 'app/pipeline/main.ts', '--kafka', bootstrapServers, '--verify']
  const { stdout } = await promisify(execFile)(process.execPath, main, { cwd: root, env })
  t.match(stdout, 'The read API equals the join in SQL.')
})
