/** The thread in which stream applications run. */
import { serveInThread } from '../../platform/thread/serve-in-thread.ts'
import { streamsService } from './main.ts'

serveInThread(streamsService)
