import { request } from 'undici'
import type { NewTransfer, Page, User } from '../../contracts/bff.ts'

const four = ['Amara', 'Bruno', 'Chidi', 'Dalia']
const treasuryName = 'Treasury'
const given = ['Efe', 'Farah', 'Goran', 'Hana', 'Ines', 'Jonas', 'Kofi', 'Lena', 'Mateo', 'Noor']
const family = ['Adler', 'Baptiste', 'Costa', 'Diallo']
/** Forty beside the four: otherwise one rename would touch half of all rows. */
const generated = family.flatMap((last) => given.map((first) => `${first} ${last}`))
/** In the order in which they are made. */
const names = [...four, treasuryName, ...generated]

/** The users that are there from the beginning. */
export interface SeededUsers {
  /** Whom the generator sends between: the four and the forty. */
  readonly people: readonly number[]
  /** Where their money comes from: a user as all others, so that balances are nothing but transfers. */
  readonly treasury: number
}

/** Makes the users that are missing. */
export async function seedUsers(usersUrl: string): Promise<SeededUsers> {
  const known = new Map((await allUsers(usersUrl)).map(({ id, name }) => [name, id]))
  // Renamed users keep their place: the first are the seeded ones, whatever they are called by now.
  if (known.size >= names.length) return placed([...known.values()], known.get(treasuryName))
  for (const name of [...four, treasuryName]) if (!known.has(name)) known.set(name, await makeUser(usersUrl, name))
  const missing = generated.filter((name) => !known.has(name))
  await Promise.all(missing.map(async (name) => known.set(name, await makeUser(usersUrl, name))))
  return placed(
    names.map((name) => known.get(name)!),
    known.get(treasuryName),
  )
}

/** What opens the balance of a user: it may be sent again and again, and is one transfer. */
export function openingOf(userId: number, treasury: number): { readonly key: string; readonly transfer: NewTransfer } {
  return { key: `opening-${userId}`, transfer: { fromUserId: treasury, toUserId: userId, amount: '1000.00' } }
}

function placed(ids: readonly number[], named: number | undefined): SeededUsers {
  const seeded = ids.toSorted((left, right) => left - right).slice(0, names.length)
  const treasury = named ?? seeded[four.length]!
  return { people: seeded.filter((id) => id !== treasury).slice(0, names.length - 1), treasury }
}

async function allUsers(usersUrl: string): Promise<User[]> {
  const { body } = await request(`${usersUrl}/users?size=500`)
  return [...((await body.json()) as Page<User>).content]
}

async function makeUser(usersUrl: string, name: string): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const { statusCode, body } = await request(`${usersUrl}/users`, { method: 'POST', headers, body: JSON.stringify({ name }) })
  if (statusCode !== 201) throw new Error(`Making ${name} answers ${statusCode}: ${await body.text()}`)
  return ((await body.json()) as User).id
}
