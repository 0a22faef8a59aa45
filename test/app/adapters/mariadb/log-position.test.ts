import t from 'tap'
import { GtidPosition } from '../../../../app/adapters/mariadb/gtid-position.ts'
import { comparePositions, parsePosition, positionText } from '../../../../app/adapters/mariadb/log-position.ts'

t.test('a GTID position is a number for each domain', async (t) => {
  const compare = (left: string, right: string) => new GtidPosition(left).compare(new GtidPosition(right))
  t.equal(compare('0-1-10', '0-1-9'), 1)
  t.equal(compare('0-1-9', '0-2-10'), -1, 'another server goes on with the same domain')
  t.equal(compare('', '0-1-1'), -1)
  t.equal(compare('', ''), 0)
  t.equal(compare('0-1-10,1-1-3', '1-1-3,0-1-10'), 0)
  t.equal(compare('0-1-10,1-1-3', '0-1-10'), 1)
  t.equal(compare('0-1-10,1-1-3', '0-1-9,1-1-4'), undefined, 'each has what the other lacks')
  t.equal(compare('0-1-18446744073709551615', '0-1-18446744073709551614'), 1, 'numbers are beyond those of JavaScript')
  t.equal(new GtidPosition('0-1-10,1-1-3').with('0-2-11').text, '1-1-3,0-2-11')
  t.equal(new GtidPosition('').with('0-1-1').text, '0-1-1')
  t.throws(() => new GtidPosition('3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5'), SyntaxError)
})

t.test('positions: the rows of a snapshot, then the changes behind it, transaction by transaction', async (t) => {
  const order = ['a-1@0-1-10#r', 'a-1@0-1-10#r-3', 'a-1@0-1-10#r2', 'a-1@0-1-10#r10', 'a-1@0-1-10#0', 'a-1@0-1-10#2', 'a-1@0-1-10#10', 'a-1@0-1-11#1'] // prettier-ignore
  const positions = order.map((text) => parsePosition(text)!)
  t.same(positions.map(positionText), order)
  for (const [left, first] of positions.entries())
    for (const [right, second] of positions.entries())
      t.equal(Math.sign(comparePositions(first, second)!), Math.sign(left - right), `${order[left]} and ${order[right]}`)
  t.equal(comparePositions(positions[0]!, parsePosition('b-2@0-1-10#r')!), undefined)
  for (const foreign of ['0123456789ab-17', '', 'a@0-1-1', 'a@0-1-1#x', 'a@uuid:1-5#1'])
    t.equal(parsePosition(foreign), undefined, foreign)
})
