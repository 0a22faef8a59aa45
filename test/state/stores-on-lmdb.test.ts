import t from 'tap'
import { everyStore } from './every-store.ts'

everyStore(t, 'disk', 'LMDB')
