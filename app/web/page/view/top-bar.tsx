import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import { Hot } from '../frame/hot.tsx'
import { PageLink } from './page-link.tsx'
import { factsOf, pageNames } from './pages.ts'
import type { PageName } from './pages.ts'
import { live } from './view.ts'

export function TopBar({ onKeys }: { readonly onKeys: () => void }): JSX.Element {
  const { system, store } = useApp()
  const { childPid, cluster } = system.value ?? {}
  return (
    <header class="bar">
      <PageLink class="brand" view={live}>
        Millrace
      </PageLink>
      <Pages />
      <div class="facts">
        {cluster !== undefined && <span>{cluster === 'embedded' ? 'embedded broker' : 'Kafka'}</span>}
        {childPid !== null && childPid !== undefined && <span>process {childPid}</span>}
        <Hot read={() => `${store.density.perSecond('enriched', 'transfer')} enriched/s`} />
        <button class="plain" type="button" onClick={onKeys}>
          Keys
        </button>
      </div>
    </header>
  )
}

/** Where there is room, what is under More stands in the line with the others. */
function Pages(): JSX.Element {
  const links = (isUnderMore: boolean): JSX.Element[] =>
    pageNames
      .filter((name) => (factsOf(name).isUnderMore ?? false) === isUnderMore)
      .map((name) => <Link key={name} name={name} />)
  return (
    <nav aria-label="Pages">
      {links(false)}
      <button class="plain" type="button" popovertarget="more">
        More
      </button>
      <div id="more" popover="auto" onClick={({ currentTarget }) => currentTarget.hidePopover()}>
        {links(true)}
      </div>
    </nav>
  )
}

function Link({ name }: { readonly name: PageName }): JSX.Element {
  const { title, key } = factsOf(name)
  return (
    <PageLink
      view={{ ...live, page: name }}
      isCurrent={useApp().navigation.view.value.page === name}
      title={`${title} (g ${key})`}
    >
      {title}
    </PageLink>
  )
}
