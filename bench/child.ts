import { cases } from './cases/index.js'

// One run of one variant, in a process of its own. Reports to its parent what it measured.
async function main(): Promise<void> {
  const [name, variant] = process.argv.slice(2)
  const wanted = cases.find((candidate) => candidate.name === name)
  if (!wanted || !variant) throw new Error(`no such case: ${name}`)
  process.send?.(await wanted.run(variant))
  process.disconnect?.()
}

main()
