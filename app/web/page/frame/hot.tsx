import { useLayoutEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'

interface HotProps {
  /** Read at most four times a second. */
  readonly read: () => string
  readonly class?: string
}

/** Text that changes by itself: written into its text node, past Preact, and only if it is another. */
export function Hot({ read, class: className }: HotProps): JSX.Element {
  const { frames } = useApp()
  const element = useRef<HTMLSpanElement>(null)
  const newest = useRef(read)
  newest.current = read
  // Before the browser paints: no picture is without its text.
  useLayoutEffect(() => {
    const text = element.current!.appendChild(document.createTextNode(newest.current()))
    return frames.onNumbers(() => {
      const next = newest.current()
      if (text.nodeValue !== next) text.nodeValue = next
    })
  }, [])
  return <span ref={element} class={className} />
}
