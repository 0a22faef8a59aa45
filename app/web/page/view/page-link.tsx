import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import { isPlainClick } from './navigation.ts'
import { urlOf } from './view.ts'
import type { View } from './view.ts'

interface PageLinkProps {
  readonly view: View
  readonly isCurrent?: boolean
  readonly class?: string
  readonly title?: string
  readonly children: string
}

/** A link to a view of this page: a plain click changes the view, any other is the browser's. */
export function PageLink({ view, isCurrent = false, class: className, title, children }: PageLinkProps): JSX.Element {
  const { navigation } = useApp()
  const follow = (event: MouseEvent): void => {
    if (!isPlainClick(event)) return
    event.preventDefault()
    navigation.go(view)
  }
  return (
    <a href={urlOf(view)} class={className} title={title} aria-current={isCurrent ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  )
}
