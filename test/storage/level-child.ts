import { ClassicLevel } from 'classic-level'
import { openLevelStorage } from '../../lib/level.ts'

/** Writes rows and their position until it is killed, and prints the position whenever all of it is flushed. */
const [dir, last] = process.argv.slice(2)
const storage = await openLevelStorage(new ClassicLevel(dir!))
const environment = storage.open('app/0_0')
const table = environment.table('s')
const positions = environment.table('.positions')

for (let next = Number(last) + 1; ; next++) {
  const [key, value] = [Buffer.alloc(4), Buffer.from(String(next))]
  key.writeUInt32BE(next)
  environment.transact([
    { table, key, value },
    { table: positions, key: Buffer.from('changelog'), value },
  ])
  if (next % 7 !== 0) continue
  await storage.flush()
  console.log(next)
}
