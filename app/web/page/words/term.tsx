import { useId, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { terms } from './terms.ts'
import type { TermName } from './terms.ts'

/** A word with a dotted underline. Pointer and focus show what it means; Esc hides it. */
export function Term({ name }: { readonly name: TermName }): JSX.Element {
  const [isShown, show] = useState(false)
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null)
  const id = useId()
  const open = (event: Event): void => {
    setPlace(placeOf(event.currentTarget as HTMLElement))
    show(true)
  }
  const hide = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !isShown) return
    event.stopPropagation()
    show(false)
  }
  return (
    <span
      class="term"
      tabIndex={0}
      aria-describedby={isShown ? id : undefined}
      onMouseEnter={open}
      onMouseLeave={() => show(false)}
      onFocus={open}
      onBlur={() => show(false)}
      onKeyDown={hide}
    >
      {name}
      {isShown && place !== null && (
        <span class="term-note" role="tooltip" id={id} style={{ left: `${place.left}px`, top: `${place.top}px` }}>
          {terms[name]}
        </span>
      )}
    </span>
  )
}

const noteWidth = 280
const edge = 12

/** Below the word, and within the window. */
function placeOf(word: HTMLElement): { left: number; top: number } {
  const { left, bottom } = word.getBoundingClientRect()
  return { left: Math.max(edge, Math.min(left, innerWidth - noteWidth - edge)), top: bottom + 4 }
}
