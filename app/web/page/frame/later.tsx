import { signal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'

/**
 * A part of the page that is loaded when it is first shown, so that the first page need not wait for it. The server that
 * gave the page gives it, too.
 */
export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  const loaded = signal<FunctionComponent<P> | null>(null)
  const failed = signal(false)
  const fetchPart = (): void => {
    failed.value = false
    load().then(
      (part) => (loaded.value = part),
      () => (failed.value = true),
    )
  }
  return (props) => {
    useEffect(() => {
      if (loaded.value === null) fetchPart()
    }, [])
    const Part = loaded.value
    if (Part !== null) return <Part {...props} />
    if (!failed.value) return null
    return (
      <p class="empty" role="alert">
        <span class="bad">This part of the page could not be loaded.</span>{' '}
        <button type="button" onClick={fetchPart}>
          Retry
        </button>
      </p>
    )
  }
}
