/** What the bank would refuse, said before it is asked. */

export function amountFault(text: string, isSameUser: boolean): string | null {
  const amount = text.trim()
  if (isSameUser) return 'From and to are the same user. Choose another.'
  if (!/^\d+(\.\d+)?$/.test(amount)) return `“${amount}” is not an amount. Use 10.00.`
  const [whole = '', fraction = ''] = amount.split('.')
  if (fraction.length > 2) return `Amount has ${numeral(fraction.length)} decimals. Use ${whole}.${fraction.slice(0, 2)}.`
  if (/^[0.]*$/.test(amount)) return 'Amount is 0. Use 0.01 or more.'
  return whole.replace(/^0+/, '').length > 16 ? 'Amount is too large. The bank holds 16 digits before the point.' : null
}

export function nameFault(text: string): string | null {
  const { length } = Array.from(text.trim())
  if (length === 0) return 'A name has at least one character.'
  return length > 255 ? `The name has ${length} characters. 255 fit.` : null
}

function numeral(value: number): string {
  return ['no', 'one', 'two', 'three', 'four', 'five'][value] ?? String(value)
}
