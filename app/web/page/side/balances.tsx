import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import { Hot } from '../frame/hot.tsx'
import { counted, money } from '../words/numbers.ts'
import { nameFault } from './rules.ts'
import type { Person } from './side.tsx'

/** Users with their balances; each can be renamed in its place. */
export function Balances({ people }: { readonly people: readonly Person[] }): JSX.Element {
  const { commands, writes } = useApp()
  const isAdding = commands.isAddingUser
  const renaming = useSignal<number | null>(null)
  return (
    <section aria-label="Balances">
      <div class="head">
        <h2>Balances</h2>
        <button type="button" onClick={() => (isAdding.value = true)}>
          New user
        </button>
      </div>
      {isAdding.value && (
        <NameForm
          label="Name of the new user"
          name=""
          onDone={() => (isAdding.value = false)}
          onName={(name) => void writes.createUser(name)}
        />
      )}
      <ul class="balances" tabIndex={people.length > 6 ? 0 : undefined} aria-label="Users">
        {people.map((person) => (
          <li key={person.id}>
            {renaming.value === person.id ? (
              <Renaming person={person} onDone={() => (renaming.value = null)} />
            ) : (
              <Balance person={person} onRename={() => (renaming.value = person.id)} />
            )}
          </li>
        ))}
      </ul>
      <RenameLine />
    </section>
  )
}

function Balance({ person, onRename }: { readonly person: Person; readonly onRename: () => void }): JSX.Element {
  const { store } = useApp()
  return (
    <>
      <bdi class="who clip">{person.name}</bdi>
      <Hot class="number" read={() => money(store.balances.of(person.id)?.value?.balance ?? '–')} />
      <button type="button" class="plain" aria-label={`Rename ${person.name}`} onClick={onRename}>
        Rename
      </button>
    </>
  )
}

/** Asks for the version first, so that a change by somebody else is not overwritten unseen. */
function Renaming({ person, onDone }: { readonly person: Person; readonly onDone: () => void }): JSX.Element {
  const { writes } = useApp()
  const etag = useRef<string | null>(null)
  useEffect(() => {
    fetch(`/api/users/${person.id}`).then(
      (response) => (etag.current = response.ok ? response.headers.get('etag') : null),
      () => {},
    )
  }, [])
  return (
    <NameForm
      label={`New name of ${person.name}`}
      name={person.name}
      onDone={onDone}
      onName={(name) => void writes.renameUser(person.id, name, etag.current)}
    />
  )
}

interface NameFormProps {
  readonly label: string
  readonly name: string
  readonly onName: (name: string) => void
  readonly onDone: () => void
}

function NameForm({ label, name, onName, onDone }: NameFormProps): JSX.Element {
  const text = useSignal(name)
  const fault = useSignal<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  // Before the next key: what is typed at once belongs to the name.
  useLayoutEffect(() => {
    input.current?.focus()
    input.current?.select()
  }, [])
  const submit = (event: Event): void => {
    event.preventDefault()
    fault.value = nameFault(text.value)
    if (fault.value !== null) return
    onName(text.value.trim())
    onDone()
  }
  const cancel = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    onDone()
  }
  return (
    <form onSubmit={submit} onKeyDown={cancel} noValidate>
      <input
        ref={input}
        aria-label={label}
        aria-invalid={fault.value !== null}
        title={fault.value ?? undefined}
        autoComplete="off"
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button type="submit">Save</button>
      <button type="button" class="plain" onClick={onDone}>
        Cancel
      </button>
      {fault.value !== null && (
        <span class="error" role="alert">
          {fault.value}
        </span>
      )}
    </form>
  )
}

/** What the reader's rename led to: rows of that user again, and none besides. */
function RenameLine(): JSX.Element {
  const { frames, store, writes } = useApp()
  const rename = writes.rename.value
  const refused = writes.refused.value
  void frames.quarter.value
  if (refused !== null && refused.write.path.startsWith('/api/users'))
    return (
      <p class="label note-line bad" role="alert">
        {refused.reason}
      </p>
    )
  if (rename === null) return <p class="label note-line">Rename a user: each transfer that has the name comes again.</p>
  if (!rename.isAcknowledged) return <p class="label note-line">The new name waits for SQL.</p>
  const { mine, others } = store.emissions.of(rename.cause ?? '', rename.userId)
  return (
    <p class="label note-line" role="status" data-emission={`${mine}/${others}`}>
      <bdi>{rename.name}</bdi>: {counted(mine, 'row')} re-emitted, {others} others.
    </p>
  )
}
