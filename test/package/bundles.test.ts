import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { buildSync } from '../../tools/esbuild.ts'
import { countingProgram, firstTopology, PackedApp } from './packed-app.ts'

const app = new PackedApp()
const elsewhere = mkdtempSync(join(tmpdir(), 'millrace-bundles-'))
t.teardown(() => {
  app.remove()
  rmSync(elsewhere, { recursive: true })
})
app.run('npm', 'install', app.tarball)
app.write('driver.ts', firstTopology().program)
app.write('memory.mjs', countingProgram(''))
app.write('disk.mjs', countingProgram("compressionType: 'snappy', stateDir: mkdtempSync(join(tmpdir(), 'millrace-state-'))"))
mkdirSync(join(app.app, 'out'))

/** Bundles without any options but the format; the native packages are not part of it. */
function bundle(entry: string, folder: string, format: 'esm' | 'cjs'): string {
  const file = join(folder, `${entry.split('.')[0]}.${format === 'esm' ? 'mjs' : 'cjs'}`)
  buildSync({
    absWorkingDir: app.app,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    format,
    logLevel: 'error',
  })
  return app.node(file)
}

for (const format of ['esm', 'cjs'] as const) {
  t.test(`${format}: a test driver stands alone`, async (t) => {
    t.equal(bundle('driver.ts', elsewhere, format), firstTopology().output)
  })

  t.test(`${format}: an application with stores in memory stands alone`, async (t) => {
    t.equal(bundle('memory.mjs', elsewhere, format), '1\n')
  })

  t.test(`${format}: stores on disk and snappy need their packages beside the bundle`, async (t) => {
    t.equal(bundle('disk.mjs', join(app.app, 'out'), format), '1\n')
    t.match(
      bundle('disk.mjs', elsewhere, format),
      /^STREAMS_PACKAGE_MISSING: Stores and topics on disk need lmdb: run `npm install lmdb`/,
    )
  })
}
