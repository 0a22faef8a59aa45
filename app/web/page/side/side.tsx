import { useSignal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import { Balances } from './balances.tsx'
import { TransferForm } from './transfer-form.tsx'

export interface Person {
  readonly id: number
  readonly name: string
}

const peopleMax = 50

/** Who is who: the first users, kept as one value until one of them changes. */
function usePeople(): readonly Person[] {
  const { frames, store } = useApp()
  const people = useSignal<readonly Person[]>([])
  useLayoutEffect(() => {
    const read = (): void => {
      const next = store.users.ids.slice(0, peopleMax).flatMap((id) => store.users.get(id)?.value ?? [])
      const isSame = next.length === people.value.length && next.every((person, index) => person === people.value[index])
      if (!isSame) people.value = next
    }
    read()
    return frames.onNumbers(read)
  }, [])
  return people.value
}

export function Side(): JSX.Element {
  const people = usePeople()
  return (
    <div class="side">
      <TransferForm people={people} />
      <Balances people={people} />
    </div>
  )
}
