import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { parseView, urlOf } from './view.ts'
import type { View } from './view.ts'

/** The address of the page, and nothing besides, says what is shown. */
export class Navigation {
  readonly view: Signal<View> = signal(here())

  constructor() {
    addEventListener('popstate', () => (this.view.value = here()))
  }

  /** A new entry in the history of the browser. */
  go(change: Partial<View>): void {
    this.#show(change, (url) => history.pushState(null, '', url))
  }

  /** The same entry: what is typed into a filter is no place to go back to. */
  adjust(change: Partial<View>): void {
    this.#show(change, (url) => history.replaceState(null, '', url))
  }

  #show(change: Partial<View>, keep: (url: string) => void): void {
    const view = { ...this.view.value, ...change }
    const url = urlOf(view)
    if (url !== urlOf(this.view.value)) keep(url)
    this.view.value = view
  }
}

function here(): View {
  return parseView(location.pathname, location.search)
}

/** Clicks that the browser should not handle itself: plain ones, with the main button. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
}
