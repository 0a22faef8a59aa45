import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Reset, System } from '../../../contracts/feed.ts'
import { getState, openStream } from '../feed/event-stream.ts'
import { FeedClient } from '../feed/feed-client.ts'
import type { FeedStatus } from '../feed/feed-client.ts'
import { Frames } from '../frame/frames.ts'
import { Letters } from '../letters/letters.ts'
import { PageStore } from '../store/page-store.ts'
import { TourState } from '../tour/tour-state.ts'
import { Navigation } from '../view/navigation.ts'
import { Commands } from './commands.ts'
import { Preferences } from './preferences.ts'
import { Writes } from './writes.ts'

const asleepAfterMs = 30_000
const resetShownMs = 10_000

const monotonic = (): number => performance.now()
const wall = (): number => Date.now()

function after(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}

/** Everything that the parts of the page share. */
export class App {
  readonly store = new PageStore({ wall, monotonic })
  readonly frames = new Frames()
  readonly navigation = new Navigation()
  readonly preferences = new Preferences()
  readonly writes = new Writes(this.store)
  readonly commands = new Commands()
  readonly letters = new Letters()
  readonly tour = new TourState(this.store, this.writes, this.preferences)
  readonly feedStatus: Signal<FeedStatus> = signal({ kind: 'loading' })
  readonly system: Signal<System | null> = signal(null)
  readonly reset: Signal<Reset | null> = signal(null)
  /** The reader stopped the view: nothing shifts until it goes on. */
  readonly isFrozen: Signal<boolean> = signal(false)
  readonly feed = new FeedClient(this.store, {
    getState,
    open: openStream,
    wall,
    after,
    onStatus: (status) => {
      this.feedStatus.value = status
      if (status.kind === 'live') this.writes.hurry()
    },
    onReset: (reset) => {
      this.reset.value = reset
      after(resetShownMs, () => (this.reset.value = null))
    },
  })

  start(): void {
    this.feed.start()
    this.writes.start()
    this.frames.onFrame(() => {
      this.system.value = this.store.system
      this.writes.look()
    })
    this.frames.onNumbers((now) => this.tour.look(now))
    this.frames.start()
    this.#sleepWhileHidden()
  }

  now(): number {
    return wall()
  }

  /** A browser has six connections to a server: a tab that nobody sees gives its one back. */
  #sleepWhileHidden(): void {
    let cancel = (): void => {}
    document.addEventListener('visibilitychange', () => {
      cancel()
      if (document.visibilityState === 'hidden') cancel = after(asleepAfterMs, () => this.feed.sleep())
      else this.feed.wake()
    })
  }
}

const Context = createContext<App | null>(null)
export const AppProvider = Context.Provider

export function useApp(): App {
  const app = useContext(Context)
  if (app === null) throw new Error('This part of the page stands outside of the app.')
  return app
}
