/** The mutations of a file that remove one lock. */
import { withoutComments } from './source.mjs'

const lock = /const std::lock_guard<std::mutex> lock\((\w+)\);/g
const head = /^(?: {2})?\w.*?(\w+)\([^()]*\) (?:const )?\{$/gm

export function unlocked({ file, text }) {
  const locks = [...withoutComments(text).matchAll(lock)].map(({ index, 0: statement, 1: mutex }) => {
    const name = [...text.slice(0, index).matchAll(head)].at(-1)[1]
    return { name, mutex, text: text.slice(0, index) + text.slice(index + statement.length) }
  })
  return locks.map(({ name, mutex, text }, i) => {
    const earlier = locks.slice(0, i).filter((other) => other.name === name).length
    const which = earlier > 0 ? `, lock ${earlier + 1}` : ''
    return { kind: 'lock', file, what: `${name}()${which}: without ${mutex}`, text }
  })
}
