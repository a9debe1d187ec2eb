import type { ReportData } from '../../../data.js'
import { el } from '../dom.js'
import { type Fact, programFacts } from './facts.js'

/** What was run, what came of it, and where. */
export function headerOf(data: ReportData, controls: readonly HTMLElement[]): HTMLElement {
  const command = data.program.command.join(' ')
  const title = el(
    'h1',
    {},
    el('span', { class: 'brand' }, 'spanmeter'),
    el('code', { title: command }, shortCommand(data.program)),
  )
  const verdict = el(
    'div',
    { class: 'verdict', role: 'note', 'aria-label': 'Verdict' },
    ...data.verdict.map((text) => el('p', {}, text)),
  )
  verdict.hidden = data.verdict.length === 0
  return el('header', {}, el('div', { class: 'top' }, title, ...controls), verdict, factList(programFacts(data)))
}

/** The program and its script without their folders: the rest is as it was given. */
function shortCommand({ command }: ReportData['program']): string {
  return command
    .map((part, i) => (i < 2 && /^(\/|[a-z]:\\)/i.test(part) ? part.replace(/.*[\\/](?=.)/, '') : part))
    .join(' ')
}

export function factList(facts: readonly Fact[]): HTMLElement {
  return el(
    'dl',
    { class: 'facts' },
    ...facts.map(({ name, text, caution }) => {
      const value = el('dd', {}, caution ? `⚠ ${text}` : text)
      return el('div', caution ? { class: 'caution' } : {}, el('dt', {}, name), value)
    }),
  )
}
