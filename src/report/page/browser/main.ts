import type { ReportData } from '../../data.js'
import { decode } from '../wire/decode.js'
import { el } from './dom.js'
import { headerOf } from './header/header.js'
import { helpOf } from './header/help.js'
import { themeSwitch } from './header/theme-switch.js'
import { modelOf, type ProcessModel } from './model/process.js'
import { ProcessView, processSelect } from './process-view.js'
import type { Theme } from './theme.js'

/** The page: reads the data that it carries and shows the first process. */
async function start(): Promise<void> {
  const data = await decode<ReportData>(document.getElementById('data')!.textContent!.trim())
  const models = new Map<number, ProcessModel>()
  const place = el('main')
  let view: ProcessView | undefined
  let theme: Theme = 'auto'

  const processes = processSelect(data, (index) => showProcess(index))
  const help = helpOf()
  const colours = themeSwitch((chosen) => {
    theme = chosen
    view?.store.set({ theme })
  })
  document.body.replaceChildren(headerOf(data, [colours, help.open]), place, help.dialog)
  showProcess(0)
  document.body.dataset.state = 'drawn'

  function showProcess(index: number): void {
    const process = data.processes[index]
    if (process === undefined) {
      place.replaceChildren(el('p', { class: 'caption' }, 'No process was recorded.'))
      return
    }
    const model = models.get(index) ?? modelOf(process)
    models.set(index, model)
    view?.dispose()
    view = new ProcessView(place, data, model, theme, processes)
  }
}

start().catch((error: unknown) => {
  const text = `This page could not be shown: ${error instanceof Error ? error.message : String(error)}`
  document.body.prepend(el('p', { role: 'alert', class: 'failure' }, text))
  document.body.dataset.state = 'failed'
})
