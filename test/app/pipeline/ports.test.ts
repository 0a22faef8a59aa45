import { test } from 'tap'
import { applications } from '../../../examples/transfer-pipeline/main.ts'
import { portOf } from '../../../app/pipeline/ports.ts'
import { bff } from '../../../app/services/bff/main.ts'
import { coreRead } from '../../../app/services/core-read/main.ts'
import { deadLettersService } from '../../../app/services/dead-letters/main.ts'
import { inspectorService } from '../../../app/services/inspector/main.ts'
import { registryService } from '../../../app/services/registry/main.ts'
import { retriesService } from '../../../app/services/retries/main.ts'
import { sinkService } from '../../../app/services/sink/main.ts'
import { transfersWrite } from '../../../app/services/transfers-write/main.ts'
import { usersWrite } from '../../../app/services/users-write/main.ts'

test('a service of the pipeline wants the port that it has alone', (t) => {
  for (const { name, config } of [
    bff,
    coreRead,
    deadLettersService,
    inspectorService,
    registryService,
    retriesService,
    sinkService,
    transfersWrite,
    usersWrite,
  ])
    t.equal(portOf(name), (config.properties.port as { readonly default?: number }).default, name)
  t.end()
})

test('no two parts want the same port', (t) => {
  const parts = ['bff', 'core-read', 'dead-letters', 'inspector', 'registry', 'retries', 'sink', 'transfers-write', 'users-write']
  const names = [...parts, 'capture-users', 'capture-transfers', ...Object.keys(applications), 'transfer-enricher-2']
  t.equal(new Set(names.map(portOf)).size, names.length)
  t.end()
})
