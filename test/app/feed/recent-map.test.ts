import t from 'tap'
import { RecentMap } from '../../../app/feed/recent-map.ts'

t.test('the newest entries are kept, and no more than twice as many', async (t) => {
  const recent = new RecentMap<number, string>(100)
  for (let key = 0; key < 1000; key++) {
    recent.add(key, `value ${key}`)
    t.equal(recent.get(Math.max(0, key - 99)), `value ${Math.max(0, key - 99)}`)
    t.equal(recent.get(key - 200), undefined)
  }
})

t.test('an entry costs the same however many are kept', async (t) => {
  const cost = (kept: number): number => {
    const recent = new RecentMap<number, number>(kept)
    const before = process.cpuUsage()
    for (let key = 0; key < 200_000; key++) recent.add(key, key)
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  cost(100)
  const [few, many] = [cost(100), cost(20_000)]
  t.ok(many < 10 * few, `${many} µs where 20,000 are kept, ${few} µs where it is 100`)
})
