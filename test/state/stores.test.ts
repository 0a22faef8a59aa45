import t from 'tap'
import { everyStore } from './every-store.ts'

t.test('memory', async (t) => everyStore(t, 'memory', 'memory'))
t.test('write buffer on memory', async (t) => everyStore(t, 'disk', 'memory'))
