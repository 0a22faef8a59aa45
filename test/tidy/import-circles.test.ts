import { basename, join } from 'node:path'
import t from 'tap'
import { importCircles } from './import-circles.ts'
import { projectFiles, root } from './source-files.ts'

/** The methods of each handle give other handles: their types are one family. Whatever they share stands below them. */
const handles = [
  'branched-kstream.ts',
  'cogrouped-kstream.ts',
  'handles.ts',
  'kgrouped-stream.ts',
  'kgrouped-table.ts',
  'kstream.ts',
  'ktable.ts',
  'session-windowed-cogrouped-kstream.ts',
  'session-windowed-kstream.ts',
  'time-windowed-cogrouped-kstream.ts',
  'time-windowed-kstream.ts',
]

t.test('in lib only the handles of the DSL know one another, type imports included', async (t) => {
  const files = projectFiles().filter((path) => /^lib\/.*\.ts$/.test(path))
  const circles = importCircles(files.map((path) => join(root, path)))
  t.same(
    circles.map((circle) => circle.map((file) => basename(file)).sort()),
    [handles],
  )
})
