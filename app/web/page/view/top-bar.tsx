import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import { Hot } from '../frame/hot.tsx'
import { isPlainClick } from './navigation.ts'
import { live, urlOf } from './view.ts'
import type { View } from './view.ts'

const pages: readonly (readonly [name: View['page'], title: string, key: string])[] = [
  ['live', 'Live', 'g l'],
  ['records', 'Records', 'g r'],
  ['graph', 'Graph', 'g g'],
  ['hours', 'Hours', 'g h'],
  ['dead-letters', 'Dead letters', 'g d'],
]

export function TopBar({ onKeys }: { readonly onKeys: () => void }): JSX.Element {
  const { navigation, system, store } = useApp()
  const { page } = navigation.view.value
  const { childPid, cluster } = system.value ?? {}
  return (
    <header class="bar">
      <PageLink class="brand" view={live}>
        Millrace
      </PageLink>
      <nav aria-label="Pages">
        {pages.map(([name, title, key]) => (
          <PageLink key={name} view={{ ...live, page: name }} isCurrent={name === page} title={`${title} (${key})`}>
            {title}
          </PageLink>
        ))}
      </nav>
      <div class="facts">
        {cluster !== undefined && <span class="wide">{cluster === 'embedded' ? 'embedded broker' : 'Kafka'}</span>}
        {childPid !== null && childPid !== undefined && <span class="wide">process {childPid}</span>}
        <Hot class="wide" read={() => `${store.density.perSecond('enriched', 'transfer')} enriched/s`} />
        <button class="plain" type="button" onClick={onKeys}>
          Keys
        </button>
      </div>
    </header>
  )
}

interface PageLinkProps {
  readonly view: View
  readonly isCurrent?: boolean
  readonly class?: string
  readonly title?: string
  readonly children: string
}

function PageLink({ view, isCurrent = false, class: className, title, children }: PageLinkProps): JSX.Element {
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
