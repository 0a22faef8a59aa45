import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import type { Station } from '../../../contracts/feed.ts'
import { useApp } from '../app/app.ts'
import type { App } from '../app/app.ts'
import { Hot } from '../frame/hot.tsx'
import { isPlainClick } from '../view/navigation.ts'
import { urlOf } from '../view/view.ts'
import type { Address } from '../view/view.ts'
import { bytes, count } from '../words/numbers.ts'
import { Term } from '../words/term.tsx'
import type { TermName } from '../words/terms.ts'
import { Track } from './track.tsx'

interface CardFacts {
  readonly size: string
  /** What the size is of. */
  readonly format: string
  readonly excerpt: string
  readonly place: string
  readonly ms: string
  readonly address: Address | null
}

const cards: readonly (readonly [station: Station | 'page', name: TermName])[] = [
  ['sql', 'SQL'],
  ['raw', 'Raw topic'],
  ['ingestion', 'Ingestion'],
  ['enriched', 'Enriched'],
  ['document', 'Documents'],
  ['page', 'This page'],
]

const nothing: CardFacts = { size: '', format: '', excerpt: '', place: '', ms: '', address: null }

/** The way of a record from SQL to this page: six cards over one track. */
export function Strip(): JSX.Element {
  return (
    <section class="strip" aria-label="The way of a record, from SQL to this page">
      <ol class="cards">
        {cards.map(([station, name]) => (
          <Card key={station} station={station} name={name} />
        ))}
      </ol>
      <Track />
    </section>
  )
}

function Card({ station, name }: { readonly station: Station | 'page'; readonly name: TermName }): JSX.Element {
  const app = useApp()
  const facts = (): CardFacts => (station === 'page' ? factsOfPage(app) : factsOfStation(app, station))
  return (
    <li class="card" data-station={station}>
      <div class="name">
        <h2>
          <Term name={name} />
        </h2>
        <span class="label">
          <Hot read={() => facts().size} />
          <Hot class="format" read={() => facts().format} />
        </span>
      </div>
      <p class="mono excerpt">
        <Hot read={() => facts().excerpt} />
      </p>
      <div class="label where">
        <Place read={facts} />
        <Hot read={() => facts().ms} />
      </div>
    </li>
  )
}

/** The address of the card's record: it opens the record where it is one of this page's rows. */
function Place({ read }: { readonly read: () => CardFacts }): JSX.Element {
  const { frames, navigation } = useApp()
  const link = useRef<HTMLAnchorElement>(null)
  const address = useRef<Address | null>(null)
  useEffect(() => {
    const text = link.current!.appendChild(document.createTextNode(''))
    return frames.onNumbers(() => {
      const facts = read()
      if (text.nodeValue === facts.place) return
      text.nodeValue = facts.place
      address.current = facts.address
      if (facts.address === null) link.current!.removeAttribute('href')
      else link.current!.href = urlOf({ ...navigation.view.value, rec: facts.address })
    })
  }, [])
  const open = (event: MouseEvent): void => {
    if (address.current === null || !isPlainClick(event)) return
    event.preventDefault()
    navigation.go({ rec: address.current })
  }
  return <a ref={link} class="clip" onClick={open} />
}

function factsOfStation({ store }: App, station: Station): CardFacts {
  const kept = store.excerptAt(station)
  if (kept === undefined) return nothing
  const { excerpt, topic } = kept
  const { p, o, key, ms, schemaId, text } = excerpt
  const isRecord = topic !== null && p !== null && o !== null
  const format = !isRecord ? '' : schemaId === null ? ' JSON' : ' Avro'
  return {
    size: bytes(excerpt.bytes),
    format,
    excerpt: text ?? 'tombstone: the row is gone',
    place: isRecord ? `p${p} @ ${count(o)}` : `key ${key ?? 'none'}`,
    ms: ms === null ? '' : `+${Math.round(ms)} ms`,
    address: isRecord ? { topic, p, o } : null,
  }
}

/** The page measures itself: from the reader's click to the row. */
function factsOfPage({ store, writes }: App): CardFacts {
  const { newest } = store
  if (newest === null) return nothing
  const { topic, p, o, value } = newest
  const own = writes.own.value
  return {
    size: count(store.received),
    format: ' received',
    excerpt: value === null ? 'tombstone: the row is gone' : JSON.stringify(value),
    place: `p${p} @ ${count(o)}`,
    ms: own === null || own.ms === null ? '' : `yours ${Math.round(own.ms)} ms`,
    address: { topic, p, o },
  }
}
