/** Each access to an atomic in the sources, and each order that is one step weaker. */
import { lineAt, withoutComments } from './source.mjs'

const operation = /\.(load|store|exchange|fetch_\w+|compare_exchange_\w+|test_and_set|clear)\(/g
const order = /std::memory_order_(\w+)/g

const weaker = {
  load: { seq_cst: ['acquire'], acquire: ['relaxed'] },
  store: { seq_cst: ['release'], release: ['relaxed'] },
  both: { seq_cst: ['acq_rel'], acq_rel: ['acquire', 'release'], acquire: ['relaxed'], release: ['relaxed'] },
}

/** The offset behind the parenthesis that closes the one before `begin`. */
function closing(code, begin) {
  let depth = 1
  let at = begin
  for (; depth > 0; at++) depth += code[at] === '(' ? 1 : code[at] === ')' ? -1 : 0
  return at
}

/** Each access to an atomic: { file, line, operation, order, offset } of the order's name. */
export function accesses({ file, text }) {
  const code = withoutComments(text)
  const found = []
  for (const match of code.matchAll(operation)) {
    const begin = match.index + match[0].length
    const end = closing(code, begin)
    for (const named of code.slice(begin, end).matchAll(order)) {
      const offset = begin + named.index
      // Of one within the other, as in x.store(y.load(…), …), each has its own.
      if (found.some((other) => other.offset === offset)) continue
      found.push({ file, line: lineAt(text, match.index), operation: match[1], order: named[1], offset })
    }
  }
  return found.map((access) => ({ ...access, operation: innermost(code, access.offset) }))
}

/** The call that an order is an argument of. */
function innermost(code, offset) {
  const calls = [...code.slice(0, offset).matchAll(operation)]
  const around = calls.filter((call) => closing(code, call.index + call[0].length) > offset)
  return around.at(-1)[1]
}

/** What in a file is out of reach of the mutations, in words; nothing where all is well. */
export function unknown(source) {
  const code = withoutComments(source.text)
  const found = accesses(source).length
  const named = [...code.matchAll(/memory_order/g)].length
  const complaints = []
  if (named !== found) complaints.push(`${named} orders are named, but ${found} are arguments of an access`)
  const bare = [...code.matchAll(operation)].filter((call) => {
    const begin = call.index + call[0].length
    return /std::atomic\b/.test(code) && !code.slice(begin, closing(code, begin)).includes('memory_order')
  })
  for (const call of bare) complaints.push(`no order is named in ${lineAt(source.text, call.index)}`)
  for (const other of code.matchAll(/\batomic_\w+_fence\b|\b__atomic_\w+|\b__sync_\w+|(?<!asm )\bvolatile\b/g))
    complaints.push(`${other[0]} is not known to the mutations`)
  return complaints.map((what) => `${source.file}: ${what}`)
}

/** The mutations of a file that weaken one order. */
export function weakened(source) {
  return accesses(source).flatMap(({ operation, order, offset, line }) => {
    const steps = weaker[operation === 'load' || operation === 'store' ? operation : 'both'][order] ?? []
    return steps.map((step) => ({
      kind: 'order',
      file: source.file,
      what: `${line}: ${order} to ${step}`,
      text: replaced(source.text, offset, `std::memory_order_${order}`, `std::memory_order_${step}`),
    }))
  })
}

function replaced(text, offset, before, after) {
  return text.slice(0, offset) + after + text.slice(offset + before.length)
}
