import type { Result } from './case.js'
import type { Read } from './goal.js'
import { goals } from './goals.js'

function reader(results: readonly Result[]): Read {
  return (name, variant, metric) => {
    const found = results.find((one) => one.case === name && one.variant === variant && one.metric === metric)
    if (found === undefined) throw new Error(`the goals ask for what was not measured: ${name}, ${variant}, ${metric}`)
    return found.value
  }
}

function markdown(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows.map((cells) => `| ${cells.join(' | ')} |`)
  return [head, `|${rows[0]?.map(() => '---|').join('')}`, ...body].join('\n')
}

/** All goals, for a run of all cases. */
export function goalTable(results: readonly Result[]): string {
  const read = reader(results)
  const rows = goals.map((goal) => [
    goal.what,
    goal.reach,
    `**${goal.measured(read)}**`,
    goal.limit(read),
    goal.peers(read),
    goal.case,
  ])
  const table = markdown([['what', 'goal', 'measured', 'limit', 'what users have today', 'case'], ...rows])
  return `### Goals\n\nMedians; each case is repeated by \`npm run bench -- --case CASE\`.\n\n${table}`
}

/** Those that a user decides by. */
export function userTable(results: readonly Result[]): string {
  const read = reader(results)
  const rows = goals
    .filter(({ forUsers }) => forUsers)
    .map((goal) => [goal.what, `**${goal.measured(read)}**`, goal.peers(read)])
  return markdown([['', 'spanmeter', 'what users have today'], ...rows])
}
