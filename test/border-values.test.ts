import { describe, expect, test } from 'vitest'
import { edgeLayout, statsLayout } from '../dist/backend/native/layout.js'
import { answer, answerOrTypeError, binding, edge, open, started } from './helpers/border'

// Where the border reads and writes, and which values it takes there.

describe('arrays', () => {
  test('a view into a larger buffer is written to where it lies, and nowhere else', () => {
    const monitor = started()
    const whole = new Float64Array(edgeLayout.length + 20).fill(-7)
    binding.mark(monitor, whole.subarray(10, 10 + edgeLayout.length))
    expect(Array.from(whole.subarray(0, 10))).toEqual(Array(10).fill(-7))
    expect(Array.from(whole.subarray(-10))).toEqual(Array(10).fill(-7))
    expect(Array.from(whole.subarray(10, -10))).not.toContain(-7)
    binding.release(monitor)
  })

  test('shared memory works or is refused', () => {
    const monitor = open()
    const shared = new Float64Array(new SharedArrayBuffer(statsLayout.length * 8))
    answerOrTypeError('between', [monitor, 0, 1, shared])
    answerOrTypeError('read', [monitor, shared])
  })

  test('a buffer that shrank below the array is refused', () => {
    const monitor = open()
    const bytes = edgeLayout.length * 8
    const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer
    const buffer = new Resizable(bytes, { maxByteLength: 2 * bytes }) as ArrayBuffer & { resize(bytes: number): void }
    const tracking = new Float64Array(buffer)
    const fixed = new Float64Array(buffer, 0, edgeLayout.length)
    binding.read(monitor, tracking)
    buffer.resize(8)
    expect(() => binding.read(monitor, tracking)).toThrow(TypeError)
    expect(() => binding.read(monitor, fixed)).toThrow(TypeError)
  })
})

describe('values', () => {
  test('extreme times are answered', () => {
    const monitor = started()
    const extremes = [-Number.MAX_VALUE, -(2 ** 63), -1e12, -0, 5e-324, 1e12, 2 ** 63, Number.MAX_VALUE]
    for (const [i, start] of extremes.entries()) {
      for (const end of extremes.slice(i)) {
        const stats = answer()
        binding.between(monitor, start, end, stats)
        expect(stats[statsLayout.indexOf('coverage')]).toBeLessThanOrEqual(1)
        expect(Array.isArray(binding.samples(monitor, start, end, 1e9))).toBe(true)
      }
    }
  })

  test('edges full of rubbish are answered', () => {
    const monitor = started()
    const rubbish = [Number.NaN, 0, -1, 1e18, -1e18, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const start of rubbish) {
      for (const end of rubbish) {
        expect(() => binding.since(monitor, edge().fill(start), edge().fill(end), answer())).not.toThrow()
      }
    }
  })
})
