import { request } from 'undici'
import type { Page, User } from '../../contracts/bff.ts'

const four = ['Amara', 'Bruno', 'Chidi', 'Dalia']
const given = ['Efe', 'Farah', 'Goran', 'Hana', 'Ines', 'Jonas', 'Kofi', 'Lena', 'Mateo', 'Noor']
const family = ['Adler', 'Baptiste', 'Costa', 'Diallo']
/** Forty beside the four: otherwise one rename would touch half of all rows. */
const generated = family.flatMap((last) => given.map((first) => `${first} ${last}`))

/** Makes the users that are missing, and gives the ids that the generator sends between: the four and the forty. */
export async function seedUsers(usersUrl: string): Promise<readonly number[]> {
  const known = new Map((await allUsers(usersUrl)).map(({ id, name }) => [name, id]))
  // Renamed users keep their place: the first four and the forty after them are the generator's, whatever they are called by now.
  if (known.size >= four.length + generated.length) return [...known.values()].sort((left, right) => left - right).slice(0, 44)
  for (const name of four) if (!known.has(name)) known.set(name, await makeUser(usersUrl, name))
  const missing = generated.filter((name) => !known.has(name))
  await Promise.all(missing.map(async (name) => known.set(name, await makeUser(usersUrl, name))))
  return [...four, ...generated].map((name) => known.get(name)!)
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
