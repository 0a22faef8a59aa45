/** A 64-bit integer as two halves. A BigInt would cost an allocation per step, and the hash runs for every record. */
class Word {
  high: number
  low: number

  constructor(high = 0, low = 0) {
    this.high = high | 0
    this.low = low | 0
  }

  set(high: number, low: number): void {
    this.high = high | 0
    this.low = low | 0
  }

  xor(other: Word): void {
    this.high ^= other.high
    this.low ^= other.low
  }

  add(other: Word): void {
    const low = (this.low >>> 0) + (other.low >>> 0)
    this.high = (this.high + other.high + (low > 0xffffffff ? 1 : 0)) | 0
    this.low = low | 0
  }

  multiply(other: Word): void {
    const high = multiplyHigh(this.low, other.low) + Math.imul(this.high, other.low) + Math.imul(this.low, other.high)
    this.high = high | 0
    this.low = Math.imul(this.low, other.low)
  }

  /** `bits` from 1 to 31. */
  rotateLeft(bits: number): void {
    const { high, low } = this
    this.high = (high << bits) | (low >>> (32 - bits))
    this.low = (low << bits) | (high >>> (32 - bits))
  }

  /** Java: `fmix64`. */
  finalMix(): void {
    this.low ^= this.high >>> 1 // x ^= x >>> 33
    this.multiply(finalFactor1)
    this.low ^= this.high >>> 1
    this.multiply(finalFactor2)
    this.low ^= this.high >>> 1
  }
}

/** Returns the upper 32 bits of the unsigned product. Each step fits 32 bits, so that none is done in floating point. */
function multiplyHigh(left: number, right: number): number {
  const leftLow = left & 0xffff
  const leftHigh = left >>> 16
  const rightLow = right & 0xffff
  const rightHigh = right >>> 16
  const middle = Math.imul(leftHigh, rightLow) + (Math.imul(leftLow, rightLow) >>> 16)
  const middle2 = Math.imul(leftLow, rightHigh) + (middle & 0xffff)
  return (Math.imul(leftHigh, rightHigh) + (middle >>> 16) + (middle2 >>> 16)) | 0
}

const c1 = new Word(0x87c37b91, 0x114253d5)
const c2 = new Word(0x4cf5ad43, 0x2745937f)
const five = new Word(0, 5)
const n1 = new Word(0, 0x52dce729)
const n2 = new Word(0, 0x38495ab5)
const finalFactor1 = new Word(0xff51afd7, 0xed558ccd)
const finalFactor2 = new Word(0xc4ceb9fe, 0x1a85ec53)
const kafkaSeed = 104729

// The state of the hash that is being made, and the end of its bytes, filled up with zeros: the same for all.
const h1 = new Word()
const h2 = new Word()
const k = new Word()
const tail = Buffer.alloc(16)

/** The hash by which foreign-key joins recognise stale responses (Java: `Murmur3.hash128`): 16 bytes, big-endian. */
export function murmur3Hash128(bytes: Uint8Array): Uint8Array {
  h1.set(0, kafkaSeed)
  h2.set(0, kafkaSeed)
  const whole = bytes.byteLength & ~15
  for (let at = 0; at < whole; at += 16) mixBlock(bytes, at)
  if (whole < bytes.byteLength) mixTail(bytes, whole)
  finish(bytes.byteLength)
  return toBytes()
}

function mixBlock(bytes: Uint8Array, at: number): void {
  setKey(bytes, at)
  mixFirst()
  h1.rotateLeft(27)
  h1.add(h2)
  h1.multiply(five)
  h1.add(n1)
  setKey(bytes, at + 8)
  mixSecond()
  h2.rotateLeft(31)
  h2.add(h1)
  h2.multiply(five)
  h2.add(n2)
}

function setKey(bytes: Uint8Array, at: number): void {
  k.set(littleEndian(bytes, at + 4), littleEndian(bytes, at))
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

function mixFirst(): void {
  k.multiply(c1)
  k.rotateLeft(31)
  k.multiply(c2)
  h1.xor(k)
}

function mixSecond(): void {
  k.multiply(c2)
  rotate33(k)
  k.multiply(c1)
  h2.xor(k)
}

function rotate33(word: Word): void {
  word.set(word.low, word.high)
  word.rotateLeft(1)
}

function mixTail(bytes: Uint8Array, from: number): void {
  for (let index = 0; index < 16; index++) tail[index] = from + index < bytes.byteLength ? bytes[from + index]! : 0
  setKey(tail, 8)
  mixSecond()
  setKey(tail, 0)
  mixFirst()
}

function finish(length: number): void {
  h1.low ^= length
  h2.low ^= length
  h1.add(h2)
  h2.add(h1)
  h1.finalMix()
  h2.finalMix()
  h1.add(h2)
  h2.add(h1)
}

function toBytes(): Uint8Array {
  const hash = Buffer.allocUnsafe(16)
  hash.writeInt32BE(h1.high, 0)
  hash.writeInt32BE(h1.low, 4)
  hash.writeInt32BE(h2.high, 8)
  hash.writeInt32BE(h2.low, 12)
  return hash
}
